package dev.weirkeeper.operations.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one metric: its name, kind, labels, unit and meaning.
 *
 * <pre>{@code
 * static final Measure REPLIES =
 *     Measure.timer("weirkeeper.model.calls", "provider", "outcome")
 *         .describedAs("model calls that are over, from the first request to the end of the reply");
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class Measure {

  /** Ends of the buckets of timers: from a cache hit to a slow model. */
  private static final Duration[] BUCKETS =
      Stream.of(
              1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final String name;
  private final Meter.Type type;
  private final List<String> labels;
  private final @Nullable String unit;
  private final String meaning;

  private Measure(
      String name, Meter.Type type, List<String> labels, @Nullable String unit, String meaning) {
    this.name = name;
    this.type = type;
    this.labels = labels;
    this.unit = unit;
    this.meaning = meaning;
  }

  private static Measure declare(String name, Meter.Type type, String... labels) {
    if (!name.matches("weirkeeper(\\.[a-z]+)+")) {
      throw new IllegalArgumentException("not a metric's name: " + name);
    }
    return new Measure(name, type, List.of(labels), null, "");
  }

  /** Something that only grows. */
  public static Measure counter(String name, String... labels) {
    return declare(name, Meter.Type.COUNTER, labels);
  }

  /** How often and how long. */
  public static Measure timer(String name, String... labels) {
    return declare(name, Meter.Type.TIMER, labels);
  }

  /** How much there is now. */
  public static Measure gauge(String name, String... labels) {
    return declare(name, Meter.Type.GAUGE, labels);
  }

  /** What it is counted in, if not in pieces; timers are in seconds. */
  public Measure in(String unit) {
    return new Measure(name, type, labels, unit, meaning);
  }

  /** What it tells, as a clause that fits in a table. */
  public Measure describedAs(String meaning) {
    return new Measure(name, type, labels, unit, meaning);
  }

  /**
   * The counter for these values of the labels, made where there is none yet.
   *
   * @throws IllegalStateException if this is no counter
   */
  public Counter counter(MeterRegistry registry, String... values) {
    require(Meter.Type.COUNTER);
    return Counter.builder(name)
        .description(meaning)
        .baseUnit(unit)
        .tags(tags(values))
        .register(registry);
  }

  /**
   * The timer for these values of the labels, made where there is none yet.
   *
   * @throws IllegalStateException if this is no timer
   */
  public Timer timer(MeterRegistry registry, String... values) {
    require(Meter.Type.TIMER);
    return Timer.builder(name)
        .description(meaning)
        .serviceLevelObjectives(BUCKETS)
        .tags(tags(values))
        .register(registry);
  }

  /**
   * Shows what a function gives whenever somebody looks; for as long as the registry lives.
   *
   * @throws IllegalStateException if this is no gauge
   */
  public void gauge(MeterRegistry registry, Supplier<Number> value, String... values) {
    require(Meter.Type.GAUGE);
    Gauge.builder(name, value)
        .description(meaning)
        .baseUnit(unit)
        .tags(tags(values))
        .register(registry);
  }

  /** Its name as Prometheus shows it; timers also have {@code _count}, {@code _sum} and so on. */
  public String prometheusName() {
    return new PrometheusNamingConvention()
            .name(name, type, type == Meter.Type.TIMER ? "seconds" : unit)
        + (type == Meter.Type.COUNTER ? "_total" : "");
  }

  /** One row of the table in the documents. */
  String row() {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            prometheusName(),
            type == Meter.Type.TIMER ? "histogram" : type.name().toLowerCase(java.util.Locale.ROOT),
            labels.isEmpty() ? "" : "`" + String.join("`, `", labels) + "`",
            type == Meter.Type.TIMER ? "seconds" : unit == null ? "" : unit,
            meaning);
  }

  private void require(Meter.Type wanted) {
    if (type != wanted) {
      throw new IllegalStateException(name + " is a " + type);
    }
  }

  private List<Tag> tags(String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException(name + " has the labels " + labels);
    }
    List<Tag> tags = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      tags.add(Tag.of(labels.get(i), values[i]));
    }
    return tags;
  }

  @Override
  public String toString() {
    return name;
  }
}
