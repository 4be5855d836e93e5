package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.operations.metric.Measure;
import dev.weirkeeper.operations.metric.Measures;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** What an operator can see of an executor in numbers. */
public final class ExecutorMetrics {

  private static final Measure CALLS =
      Measure.timer("weirkeeper.executor.calls", "tool", "outcome", "from")
          .describedAs(
              "calls answered, from taking the call to its answer; `outcome` is `ok` or the error"
                  + " code, `from` is `run` or `journal`; tools nobody offers count as `unknown`");
  private static final Measure RETRIES =
      Measure.counter("weirkeeper.executor.retries", "tool")
          .describedAs("tries after the first of a call");
  private static final Measure RUNNING =
      Measure.gauge("weirkeeper.executor.running", "pool").describedAs("calls in hand");
  private static final Measure LANES =
      Measure.gauge("weirkeeper.executor.lanes", "pool")
          .describedAs("members of the share group in this executor");
  private static final Measure LAG =
      Measure.gauge("weirkeeper.executor.lag", "pool")
          .describedAs(
              "calls of the pool that are not answered yet, those in hand included; the same in"
                  + " every executor of the pool");
  private static final Measure DEAD_LETTERS =
      Measure.counter("weirkeeper.executor.dead.letters", "pool").describedAs("calls put aside");
  private static final Measure HANDED_BACK =
      Measure.counter("weirkeeper.executor.handed.back", "pool")
          .describedAs("calls given back unfinished");
  private static final Measure LOCKS_LOST =
      Measure.counter("weirkeeper.executor.locks.lost", "pool")
          .describedAs("calls the broker gave to somebody else while they ran");
  private static final Measure FENCED =
      Measure.counter("weirkeeper.executor.fenced", "tool")
          .describedAs("outcomes dropped because the call had been taken over");
  private static final Measure UNRECORDED =
      Measure.counter("weirkeeper.executor.unrecorded", "tool")
          .describedAs("outcomes sent although the journal did not take them");

  /** Every metric of an executor. */
  public static final Measures ALL =
      Measures.of(
          CALLS,
          RETRIES,
          RUNNING,
          LANES,
          LAG,
          DEAD_LETTERS,
          HANDED_BACK,
          LOCKS_LOST,
          FENCED,
          UNRECORDED);

  private final MeterRegistry registry;

  public ExecutorMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void answered(String tool, Answer answer, Duration time) {
    String outcome =
        switch (answer.outcome()) {
          case Outcome.Succeeded _ -> "ok";
          case Outcome.Failed failed -> failed.error().code().name().toLowerCase(Locale.ROOT);
        };
    CALLS
        .timer(
            registry,
            outcome.equals("unknown_tool") ? "unknown" : tool,
            outcome,
            answer.fromJournal() ? "journal" : "run")
        .record(time);
  }

  void retried(String tool) {
    RETRIES.counter(registry, tool).increment();
  }

  void deadLettered(String pool) {
    DEAD_LETTERS.counter(registry, pool).increment();
  }

  void handedBack(String pool) {
    HANDED_BACK.counter(registry, pool).increment();
  }

  void lockLost(String pool) {
    LOCKS_LOST.counter(registry, pool).increment();
  }

  void fenced(String tool) {
    FENCED.counter(registry, tool).increment();
  }

  void unrecorded(String tool) {
    UNRECORDED.counter(registry, tool).increment();
  }

  void running(String pool, Supplier<Number> calls) {
    RUNNING.gauge(registry, calls, pool);
  }

  void lanes(String pool, Supplier<Number> members) {
    LANES.gauge(registry, members, pool);
  }

  /** Shows how many calls of a pool wait. */
  void lag(String pool, Supplier<Number> calls) {
    LAG.gauge(registry, calls, pool);
  }
}
