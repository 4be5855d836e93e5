package dev.weirkeeper.audit.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What can be watched of the intake. Thread-safe. */
public final class IngestMetrics {

  private final Counter records;
  private final Counter bytes;
  private final Counter deadLetters;
  private final Timer batches;
  private final Map<String, Long> lag = new ConcurrentHashMap<>();

  /** Registers the meters. */
  public IngestMetrics(MeterRegistry registry) {
    records =
        Counter.builder("weirkeeper.audit.records")
            .description("records stored")
            .register(registry);
    bytes =
        Counter.builder("weirkeeper.audit.bytes")
            .description("bytes of keys and values stored")
            .baseUnit("bytes")
            .register(registry);
    deadLetters =
        Counter.builder("weirkeeper.audit.dead.letters")
            .description("records given up")
            .register(registry);
    batches =
        Timer.builder("weirkeeper.audit.batch")
            .description("time to decode and store what one poll brought")
            .register(registry);
    Gauge.builder("weirkeeper.audit.lag", this, IngestMetrics::totalLag)
        .description("records at the broker that are not stored yet")
        .register(registry);
  }

  void stored(int count, long size) {
    records.increment(count);
    bytes.increment((double) size);
  }

  void givenUp() {
    deadLetters.increment();
  }

  void took(long nanos) {
    batches.record(nanos, TimeUnit.NANOSECONDS);
  }

  void lag(String member, long count) {
    lag.put(member, count);
  }

  private double totalLag() {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }
}
