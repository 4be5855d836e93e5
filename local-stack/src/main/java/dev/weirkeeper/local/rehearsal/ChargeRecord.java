package dev.weirkeeper.local.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file with one JSON object a line for every request that a model server charges, written before
 * the first byte of its answer is sent: the provider's side of the bill, request by request.
 * Thread-safe.
 */
final class ChargeRecord implements AutoCloseable {

  private static final int SHOWN = 200;

  private final FileChannel file;

  /**
   * Goes on with a file, or begins one.
   *
   * @throws IOException if it can't be written
   */
  ChargeRecord(Path path) throws IOException {
    this.file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /** Notes a request. */
  synchronized void charged(String requestId, MessagesRequest request, MessageEvents answer) {
    String user = request.standing().user();
    TokenClasses tokens = answer.tokens();
    ObjectNode line = JsonMapper.shared().createObjectNode();
    line.put("request_id", requestId);
    line.put("model", answer.model());
    line.put("user", user.substring(0, Math.min(SHOWN, user.length())));
    line.put("messages", request.messages().size());
    line.put("uncached_input", tokens.input());
    line.put("cache_write_5m", tokens.cacheWrite5m());
    line.put("cache_write_1h", tokens.cacheWrite1h());
    line.put("cache_read", tokens.cacheRead());
    line.put("output", tokens.output());
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what a request is charged can't be written down", e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
