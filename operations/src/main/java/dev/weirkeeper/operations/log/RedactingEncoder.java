package dev.weirkeeper.operations.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.weirkeeper.operations.redaction.Redaction;
import java.nio.charset.StandardCharsets;

/**
 * Takes secrets out of whole lines, once they are written: message, exceptions and context alike.
 */
final class RedactingEncoder extends EncoderBase<ILoggingEvent> {

  private final Encoder<ILoggingEvent> lines;
  private final Redaction redaction;

  RedactingEncoder(Encoder<ILoggingEvent> lines, Redaction redaction) {
    this.lines = lines;
    this.redaction = redaction;
    setContext(lines.getContext());
    start();
  }

  @Override
  public byte[] headerBytes() {
    return lines.headerBytes();
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    byte[] line = lines.encode(event);
    return redaction.suspects(line)
        ? redaction.apply(new String(line, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)
        : line;
  }

  @Override
  public byte[] footerBytes() {
    return lines.footerBytes();
  }
}
