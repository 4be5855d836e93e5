package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.operations.metric.Measure;
import dev.weirkeeper.operations.metric.Measures;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What can be watched of the intake. Thread-safe. */
public final class IngestMetrics {

  private static final Measure RECORDS =
      Measure.counter("weirkeeper.audit.records").describedAs("records stored");
  private static final Measure BYTES =
      Measure.counter("weirkeeper.audit.bytes").in("bytes").describedAs("keys and values stored");
  private static final Measure DEAD_LETTERS =
      Measure.counter("weirkeeper.audit.dead.letters").describedAs("records given up");
  private static final Measure BATCH =
      Measure.timer("weirkeeper.audit.batch")
          .describedAs("time to decode and store what one poll brought");
  private static final Measure LAG =
      Measure.gauge("weirkeeper.audit.lag")
          .describedAs("records at the broker that are not stored yet");
  private static final Measure INTERRUPTIONS =
      Measure.counter("weirkeeper.audit.interruptions")
          .describedAs(
              "times that storing stopped because PostgreSQL, the registry or Kafka did not"
                  + " answer");

  /** Every metric of the intake. */
  public static final Measures ALL =
      Measures.of(RECORDS, BYTES, DEAD_LETTERS, BATCH, LAG, INTERRUPTIONS);

  private final Counter records;
  private final Counter bytes;
  private final Counter deadLetters;
  private final Counter interruptions;
  private final Timer batches;
  private final Map<String, Long> lag = new ConcurrentHashMap<>();

  /** Registers the meters. */
  public IngestMetrics(MeterRegistry registry) {
    records = RECORDS.counter(registry);
    bytes = BYTES.counter(registry);
    deadLetters = DEAD_LETTERS.counter(registry);
    interruptions = INTERRUPTIONS.counter(registry);
    batches = BATCH.timer(registry);
    LAG.gauge(registry, this::totalLag);
  }

  void stored(int count, long size) {
    records.increment(count);
    bytes.increment((double) size);
  }

  void givenUp() {
    deadLetters.increment();
  }

  void interrupted() {
    interruptions.increment();
  }

  void took(long nanos) {
    batches.record(nanos, TimeUnit.NANOSECONDS);
  }

  void lag(String member, long count) {
    lag.put(member, count);
  }

  private Number totalLag() {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }
}
