package dev.weirkeeper.local.rehearsal;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A model server for measuring everything but the model. It counts the tool results in a request
 * and asks for one more call of one tool until there are enough, then says so. It reads no JSON: a
 * request costs one pass over its bytes, or less.
 *
 * <p>It speaks the same format as {@link RehearsalModel}, whole or streamed, counts in the same way
 * at {@code GET /rehearsal/usage}, but checks nothing. One conversation is one task: the results of
 * an earlier task in the session count too. Thread-safe.
 */
public final class BenchModel implements AutoCloseable {

  /** What a conversation ends with. */
  public static final String FINAL_TEXT = "All calls were made.";

  private static final Needle RESULT = new Needle("\"tool_result\"");
  private static final Needle STREAMED = new Needle("\"stream\":true");
  private static final long OUTPUT_TOKENS = 20;
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final Map<String, String> STREAM =
      Map.of("content-type", "text/event-stream; charset=utf-8");

  private final Settings settings;
  private final String filling;
  private final LongAdder requests = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder inputTokens = new LongAdder();
  private @Nullable LoopbackServer server;

  /**
   * What it does.
   *
   * @param port 0 for any free one
   * @param calls tool calls of a conversation, one after the other
   * @param tool the tool to call
   * @param argument name of the one argument it gives, a text that differs from call to call
   * @param payload least number of characters of that text
   * @param latency time before an answer
   */
  public record Settings(
      int port, int calls, String tool, String argument, int payload, Duration latency) {

    /** Ten calls of {@code echo} with a short {@code text}, at once. */
    public static Settings defaults() {
      return new Settings(0, 10, "echo", "text", 0, Duration.ZERO);
    }
  }

  private BenchModel(Settings settings) {
    this.settings = settings;
    this.filling = "x".repeat(settings.payload());
  }

  /**
   * Starts a model.
   *
   * @throws IOException if the port is taken
   */
  public static BenchModel start(Settings settings) throws IOException {
    BenchModel model = new BenchModel(settings);
    model.server = LoopbackServer.start(settings.port(), "bench-model", model::handle);
    return model;
  }

  /** Where it is served: the base URL to configure for the Anthropic format. */
  public URI baseUrl() {
    LoopbackServer running = server;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return URI.create("http://127.0.0.1:" + running.port());
  }

  /** What it counted so far. */
  public RehearsalUsage usage() {
    long sent = answered.sum();
    return new RehearsalUsage(
        requests.sum(), sent, 0, 0, inputTokens.sum(), 0, 0, 0, sent * OUTPUT_TOKENS);
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }

  private void handle(LoopbackServer.Request request, LoopbackServer.Answer answer)
      throws IOException, InterruptedException {
    if (!request.method().equals("POST")) {
      answer.send(200, JSON, utf8(Tally.json(usage())));
      return;
    }
    requests.increment();
    byte[] body = request.body();
    int done = RESULT.count(body);
    long input = TokenClasses.of(body.length);
    if (!settings.latency().isZero()) {
      Thread.sleep(settings.latency());
    }
    inputTokens.add(input);
    answered.increment();
    if (STREAMED.count(body) > 0) {
      answer.send(200, STREAM, utf8(events(done, input)));
    } else {
      answer.send(200, JSON, utf8(message(done, input)));
    }
  }

  private String message(int done, long input) {
    String start =
        "{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""
            + RehearsalModel.MODEL
            + "\",\"content\":[";
    String usage = ",\"stop_sequence\":null,\"usage\":" + usage(input, OUTPUT_TOKENS) + "}";
    return done < settings.calls()
        ? start
            + "{\"type\":\"tool_use\",\"id\":\"toolu_bench_"
            + done
            + "\",\"name\":\""
            + settings.tool()
            + "\",\"input\":"
            + arguments(done)
            + "}],\"stop_reason\":\"tool_use\""
            + usage
        : start
            + "{\"type\":\"text\",\"text\":\""
            + FINAL_TEXT
            + "\"}],\"stop_reason\":\"end_turn\""
            + usage;
  }

  private String events(int done, long input) {
    boolean call = done < settings.calls();
    String block =
        call
            ? "{\"type\":\"tool_use\",\"id\":\"toolu_bench_"
                + done
                + "\",\"name\":\""
                + settings.tool()
                + "\",\"input\":{}}"
            : "{\"type\":\"text\",\"text\":\"\"}";
    String delta =
        call
            ? "{\"type\":\"input_json_delta\",\"partial_json\":\""
                + arguments(done).replace("\"", "\\\"")
                + "\"}"
            : "{\"type\":\"text_delta\",\"text\":\"" + FINAL_TEXT + "\"}";
    return MessageEvents.event(
            "message_start",
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\","
                + "\"role\":\"assistant\",\"model\":\""
                + RehearsalModel.MODEL
                + "\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":"
                + usage(input, 1)
                + "}}")
        + MessageEvents.event(
            "content_block_start",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":" + block + "}")
        + MessageEvents.event(
            "content_block_delta",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":" + delta + "}")
        + MessageEvents.event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}")
        + MessageEvents.event(
            "message_delta",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\""
                + (call ? "tool_use" : "end_turn")
                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
                + OUTPUT_TOKENS
                + "}}")
        + MessageEvents.event("message_stop", "{\"type\":\"message_stop\"}");
  }

  private String arguments(int done) {
    return "{\"" + settings.argument() + "\":\"" + done + filling + "\"}";
  }

  private static String usage(long input, long output) {
    return new TokenClasses(input, 0, 0, 0, output).json();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A word to count in a body. Skips ahead by what the last byte looked at allows (Horspool). In
   * the text of a JSON string the word would have its quotes escaped, so only real ones are found.
   */
  private static final class Needle {

    private final byte[] word;
    private final int[] shift = new int[256];

    Needle(String word) {
      this.word = word.getBytes(StandardCharsets.US_ASCII);
      Arrays.fill(shift, this.word.length);
      for (int i = 0; i < this.word.length - 1; i++) {
        shift[this.word[i] & 0xff] = this.word.length - 1 - i;
      }
    }

    int count(byte[] body) {
      int found = 0;
      int last = word.length - 1;
      for (int at = 0; at + last < body.length; at += shift[body[at + last] & 0xff]) {
        if (Arrays.equals(body, at, at + word.length, word, 0, word.length)) {
          found++;
        }
      }
      return found;
    }
  }
}
