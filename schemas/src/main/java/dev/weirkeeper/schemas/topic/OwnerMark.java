package dev.weirkeeper.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A mark that a planner puts into the model-calls and model-replies partitions it takes over: when
 * it reads its own mark back, it has seen everything that was written before it. A mark has a
 * header and neither key nor value; every other reader skips it.
 */
public final class OwnerMark {
  private static final String HEADER = "weirkeeper.owner-mark";

  private OwnerMark() {}

  /** The headers of a mark. */
  public static Headers headers(String run) {
    return new RecordHeaders().add(HEADER, run.getBytes(StandardCharsets.UTF_8));
  }

  /** Which run of a planner put the mark there; empty if the record is no mark. */
  public static Optional<String> run(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }
}
