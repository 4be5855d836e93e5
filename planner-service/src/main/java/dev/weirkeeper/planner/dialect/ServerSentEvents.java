package dev.weirkeeper.planner.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Splits a byte stream into server-sent events, however the bytes are cut. Not thread-safe.
 *
 * <p>As the HTML standard demands: lines end with LF, CR or CRLF; a byte order mark at the start is
 * skipped; several data lines are joined by LF; comments and unknown fields are skipped; an event
 * that the stream breaks off is dropped.
 */
public final class ServerSentEvents {

  /** One event. */
  public record Event(String name, String data) {}

  private final int maxEventBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final Queue<Event> complete = new ArrayDeque<>();
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private String name = "";
  private boolean afterCarriageReturn;
  private boolean first = true;

  /**
   * A new stream.
   *
   * @param maxEventBytes longest line and longest data of one event
   */
  public ServerSentEvents(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws UnusableReplyException if an event is too long
   */
  public void feed(byte[] bytes, int from, int to) throws UnusableReplyException {
    int start = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '\n' && afterCarriageReturn) {
        afterCarriageReturn = false;
        start = i + 1;
      } else if (b == '\n' || b == '\r') {
        line.write(bytes, start, i - start);
        endLine();
        start = i + 1;
        afterCarriageReturn = b == '\r';
      } else {
        afterCarriageReturn = false;
      }
    }
    line.write(bytes, start, to - start);
    check(line.size());
  }

  /** The next complete event, or null if more bytes are needed. */
  public @Nullable Event next() {
    return complete.poll();
  }

  private void endLine() throws UnusableReplyException {
    check(line.size());
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first) {
      first = false;
      text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
    if (text.isEmpty()) {
      if (hasData) {
        complete.add(new Event(name, data.toString()));
      }
      data.setLength(0);
      hasData = false;
      name = "";
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    if (field.equals("event")) {
      name = value;
    } else if (field.equals("data")) {
      if (hasData) {
        data.append('\n');
      }
      data.append(value);
      hasData = true;
      check(data.length());
    }
  }

  private void check(int length) throws UnusableReplyException {
    if (length > maxEventBytes) {
      throw UnusableReplyException.nonsense(
          "one event of the stream is longer than " + maxEventBytes + " bytes");
    }
  }
}
