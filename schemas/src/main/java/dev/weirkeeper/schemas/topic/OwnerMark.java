package dev.weirkeeper.schemas.topic;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A mark that a planner puts into the model-calls and model-replies partitions it takes over: when
 * it reads its own mark back, it has seen everything that was written before it. One that gives a
 * partition up puts a mark into model-replies that names the model calls it still has under way. A
 * mark has a header and neither key nor value; every other reader skips it.
 */
public final class OwnerMark {
  private static final String HEADER = "weirkeeper.owner-mark";

  private static final String UNDER_WAY = "weirkeeper.calls-under-way";
  private static final String SEPARATOR = "\n";

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

  /** The headers of the mark of a planner that gives a partition up. */
  public static Headers handOver(Collection<String> callsUnderWay) {
    return new RecordHeaders()
        .add(UNDER_WAY, String.join(SEPARATOR, callsUnderWay).getBytes(StandardCharsets.UTF_8));
  }

  /** The calls under way where a partition was given up; empty if the record does not say that. */
  public static Optional<Set<String>> handedOver(Headers headers) {
    Header header = headers.lastHeader(UNDER_WAY);
    return header == null
        ? Optional.empty()
        : Optional.of(
            new String(header.value(), StandardCharsets.UTF_8)
                .lines()
                .collect(Collectors.toUnmodifiableSet()));
  }
}
