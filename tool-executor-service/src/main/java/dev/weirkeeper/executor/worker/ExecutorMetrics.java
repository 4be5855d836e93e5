package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** What an operator can see of an executor in numbers. */
public final class ExecutorMetrics {

  private static final String PREFIX = "weirkeeper.executor.";

  private final MeterRegistry registry;

  public ExecutorMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A call was answered; tools that are not offered count as one, since their names are made up.
   */
  void answered(String tool, Answer answer, Duration time) {
    String outcome =
        switch (answer.outcome()) {
          case Outcome.Succeeded _ -> "ok";
          case Outcome.Failed failed -> failed.error().code().name().toLowerCase(Locale.ROOT);
        };
    Timer.builder(PREFIX + "calls")
        .description("calls answered, from taking the call to its answer")
        .tag("tool", outcome.equals("unknown_tool") ? "unknown" : tool)
        .tag("outcome", outcome)
        .tag("from", answer.fromJournal() ? "journal" : "run")
        .register(registry)
        .record(time);
  }

  void retried(String tool) {
    count("retries", "tries after the first", "tool", tool);
  }

  void deadLettered(String pool) {
    count("dead.letters", "calls put aside", "pool", pool);
  }

  void handedBack(String pool) {
    count("handed.back", "calls given back unfinished", "pool", pool);
  }

  void lockLost(String pool) {
    count("locks.lost", "calls the broker gave to somebody else while they ran", "pool", pool);
  }

  void fenced(String tool) {
    count("fenced", "outcomes dropped because the call had been taken over", "tool", tool);
  }

  void unrecorded(String tool) {
    count("unrecorded", "outcomes sent although the journal did not take them", "tool", tool);
  }

  void gauge(String name, String description, String pool, Supplier<Number> value) {
    Gauge.builder(PREFIX + name, value)
        .description(description)
        .tag("pool", pool)
        .register(registry);
  }

  private void count(String name, String description, String tag, String value) {
    Counter.builder(PREFIX + name)
        .description(description)
        .tag(tag, value)
        .register(registry)
        .increment();
  }
}
