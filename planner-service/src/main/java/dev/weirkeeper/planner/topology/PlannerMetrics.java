package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.metric.Few;
import dev.weirkeeper.operations.metric.Measure;
import dev.weirkeeper.operations.metric.Measures;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.OpenCall;
import dev.weirkeeper.planner.session.OpenCall.Progress;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What an operator can see of a planner in numbers. Thread-safe.
 *
 * <p>They count what this process did: a decision that is made again after a crash is counted
 * again. The ledger is exact.
 */
public final class PlannerMetrics {

  /** Agent definitions name models, and people write those. */
  private static final int MOST_MODELS = 50;

  private static final Measure INPUTS =
      Measure.counter("weirkeeper.planner.inputs", "outcome")
          .describedAs(
              "inputs of sessions: `applied`, `noted` (refused or too late) or `repeated`"
                  + " (dropped)");
  private static final Measure STEPS =
      Measure.counter("weirkeeper.planner.steps", "kind")
          .describedAs(
              "model calls and tool calls that were decided on; `kind` is `model` or `tool`");
  private static final Measure TASKS =
      Measure.timer("weirkeeper.planner.tasks", "status")
          .describedAs(
              "tasks that ended, from acceptance to result; the status says which limit stopped"
                  + " one, such as `cost_limit_exceeded`");
  private static final Measure OPEN =
      Measure.gauge("weirkeeper.planner.sessions.running")
          .describedAs("sessions with a task under way in the partitions of this planner");
  private static final Measure WAITING =
      Measure.gauge("weirkeeper.planner.approvals.waiting")
          .describedAs("calls that wait for a person");
  private static final Measure ALERTS =
      Measure.counter("weirkeeper.planner.alerts", "kind")
          .describedAs("thresholds that tasks passed");
  private static final Measure DEAD_LETTERS =
      Measure.counter("weirkeeper.planner.dead.letters", "topic")
          .describedAs("records that could not be read and were put aside");
  private static final Measure CALLS =
      Measure.timer("weirkeeper.model.calls", "provider", "model", "outcome")
          .describedAs(
              "model calls that are over, from the first request to the end of the reply, waits"
                  + " included; `outcome` is `ok` or the kind of error");
  private static final Measure FIRST_TOKEN =
      Measure.timer("weirkeeper.model.first.token", "provider", "model")
          .describedAs("from the last request to the first content");
  private static final Measure RETRIES =
      Measure.counter("weirkeeper.model.retries", "provider", "model")
          .describedAs("requests after the first of a model call");
  private static final Measure TOKENS =
      Measure.counter("weirkeeper.model.tokens", "provider", "model", "kind")
          .describedAs(
              "tokens by class: `input`, `cache_read`, `cache_write` and `output`; no token is in"
                  + " two");
  private static final Measure COST =
      Measure.counter("weirkeeper.model.cost", "provider", "model")
          .in("usd")
          .describedAs("settled cost of model calls");
  private static final Measure UNSETTLED =
      Measure.counter("weirkeeper.model.unsettled", "provider", "model")
          .describedAs("replies that told no usage, so that part of their reservation stays open");
  private static final Measure IN_FLIGHT =
      Measure.gauge("weirkeeper.model.calls.in.flight").describedAs("model calls under way");

  /** Every metric of a planner. */
  public static final Measures ALL =
      Measures.of(
          INPUTS,
          STEPS,
          TASKS,
          OPEN,
          WAITING,
          ALERTS,
          DEAD_LETTERS,
          CALLS,
          IN_FLIGHT,
          FIRST_TOKEN,
          RETRIES,
          TOKENS,
          COST,
          UNSETTLED);

  private final MeterRegistry registry;
  private final Few models = new Few(MOST_MODELS);
  private final Counter applied;
  private final Counter noted;
  private final Counter repeated;
  private final Counter modelSteps;
  private final Counter toolSteps;
  private final Set<Partition> partitions = ConcurrentHashMap.newKeySet();

  /** Registers the metrics that are there from the start. */
  public PlannerMetrics(MeterRegistry registry) {
    this.registry = registry;
    applied = INPUTS.counter(registry, "applied");
    noted = INPUTS.counter(registry, "noted");
    repeated = INPUTS.counter(registry, "repeated");
    modelSteps = STEPS.counter(registry, "model");
    toolSteps = STEPS.counter(registry, "tool");
    OPEN.gauge(registry, () -> sum(partition -> partition.running.get()));
    WAITING.gauge(registry, () -> sum(partition -> partition.gated.get()));
  }

  /** Shows how many model calls are under way. */
  public void modelCallsUnderWay(Supplier<Number> count) {
    IN_FLIGHT.gauge(registry, count);
  }

  /** A model call has its reply. */
  public void replied(ModelCall call, ModelReply reply) {
    String provider = provider(reply.getProvider());
    String model = models.of(call.getModel().getModel());
    CALLS
        .timer(
            registry,
            provider,
            model,
            reply.getError() == null ? "ok" : lower(reply.getError().getKind()))
        .record(Duration.ofMillis(reply.getDurationMs()));
    if (reply.getFirstTokenMs() != null) {
      FIRST_TOKEN
          .timer(registry, provider, model)
          .record(Duration.ofMillis(reply.getFirstTokenMs()));
    }
    if (reply.getHttpAttempts() > 1) {
      RETRIES.counter(registry, provider, model).increment(reply.getHttpAttempts() - 1.0);
    }
    Usage usage = reply.getUsage();
    tokens(provider, model, "input", usage.getUncachedInput());
    tokens(provider, model, "cache_read", usage.getCacheRead());
    tokens(provider, model, "cache_write", usage.getCacheWrite5m() + usage.getCacheWrite1h());
    tokens(provider, model, "output", usage.getOutput());
    COST.counter(registry, provider, model).increment(reply.getCostNanoUsd() / 1e9);
    if (!reply.getUsageReported()) {
      UNSETTLED.counter(registry, provider, model).increment();
    }
  }

  private void tokens(String provider, String model, String kind, long count) {
    if (count > 0) {
      TOKENS.counter(registry, provider, model, kind).increment((double) count);
    }
  }

  void deadLettered(String topic) {
    DEAD_LETTERS.counter(registry, topic).increment();
  }

  private void ended(Effect.PublishResult result) {
    TASKS
        .timer(registry, lower(result.status()))
        .record(Duration.between(result.acceptedAt(), result.endedAt()));
  }

  /** What one partition contributes; closed when its sessions go to another planner. */
  Partition partition() {
    Partition partition = new Partition();
    partitions.add(partition);
    return partition;
  }

  private Number sum(ToLongFunction<Partition> part) {
    return partitions.stream().mapToLong(part).sum();
  }

  /** The sessions of one partition, counted by the one thread that owns them. */
  final class Partition implements AutoCloseable {
    private final AtomicLong running = new AtomicLong();
    private final AtomicLong gated = new AtomicLong();

    private Partition() {}

    /** A session was found in the store. */
    void found(SessionState state) {
      change(state, 1);
    }

    /** A session has moved on. */
    void decided(SessionState before, Decision decision) {
      switch (decision.kind()) {
        case APPLIED -> applied.increment();
        case NOTED -> noted.increment();
        case REPEATED -> {
          repeated.increment();
          return;
        }
      }
      change(before, -1);
      change(decision.next(), 1);
      for (Effect effect : decision.effects()) {
        switch (effect) {
          case Effect.CallModel _ -> modelSteps.increment();
          case Effect.CallTool _, Effect.StartAgent _ -> toolSteps.increment();
          case Effect.PublishResult result -> ended(result);
          case Effect.RaiseAlert alert -> ALERTS.counter(registry, lower(alert.kind())).increment();
          default -> {
            // no step, no end
          }
        }
      }
    }

    private void change(SessionState state, int by) {
      if (state instanceof Running) {
        running.addAndGet(by);
      }
      if (state instanceof AwaitingTools tools) {
        for (OpenCall call : tools.calls()) {
          if (call.progress() instanceof Progress.Gated) {
            gated.addAndGet(by);
          }
        }
      }
    }

    @Override
    public void close() {
      partitions.remove(this);
    }
  }

  private static String provider(Provider provider) {
    return provider == Provider.ANTHROPIC_MESSAGES ? "anthropic" : "openai";
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
