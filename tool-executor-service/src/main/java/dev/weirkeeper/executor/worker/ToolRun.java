package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.AfterAttempt;
import dev.weirkeeper.executor.call.Attempt;
import dev.weirkeeper.executor.call.CallRules;
import dev.weirkeeper.executor.call.Failure;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.executor.tool.RateLimit;
import dev.weirkeeper.executor.tool.Reconciliation;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs a tool within its limits, again and again if it must. Thread-safe. */
final class ToolRun {

  private static final Logger LOG = LoggerFactory.getLogger(ToolRun.class);

  private final Slots slots;
  private final Throttle pool;
  private final Map<String, Throttle> throttles = new ConcurrentHashMap<>();
  private final Alarm alarm;
  private final Equipment equipment;

  ToolRun(Slots slots, Optional<RateLimit> poolRate, Alarm alarm, Equipment equipment) {
    this.slots = slots;
    this.pool = new Throttle(OptionalInt.empty(), poolRate);
    this.alarm = alarm;
    this.equipment = equipment;
  }

  /**
   * Runs a call to its end, on the calling thread.
   *
   * @param late told the outcome if the tool does not stop when it is told to
   * @return what follows: an answer, or handing the call back
   */
  AfterAttempt run(
      RunningCall running, ToolCatalogue.Entry tool, ObjectNode arguments, Consumer<Outcome> late) {
    Clock clock = equipment.clock();
    StopSignal signal = running.signal();
    Throttle own =
        throttles.computeIfAbsent(
            tool.declaration().name(),
            name -> new Throttle(tool.declaration().concurrency(), tool.declaration().rate()));
    Duration patience = Duration.between(clock.instant(), running.call().deadline());
    // How many of the two rights that must be given back we have.
    int entered = 0;
    try {
      signal.enter();
      if (!own.enter(patience)) {
        return rateLimited(tool.declaration(), patience);
      }
      entered = 1;
      if (!pool.enter(patience)) {
        return rateLimited(tool.declaration(), patience);
      }
      if (!slots.enter(Duration.between(clock.instant(), running.call().deadline()))) {
        return new AfterAttempt.Answer(new Outcome.Failed(CallRules.noTurn(running.call())));
      }
      entered = 2;
      signal.leave();
      return within(running, tool, arguments, late);
    } catch (InterruptedException e) {
      return stopped(running, tool.declaration());
    } finally {
      signal.leave();
      if (entered > 0) {
        own.leave();
      }
      if (entered > 1) {
        slots.leave();
      }
    }
  }

  private AfterAttempt rateLimited(ToolDeclaration tool, Duration patience) {
    return new AfterAttempt.Answer(
        new Outcome.Failed(CallRules.rateLimited(tool.name(), patience)));
  }

  private AfterAttempt within(
      RunningCall running, ToolCatalogue.Entry tool, ObjectNode arguments, Consumer<Outcome> late) {
    ToolDeclaration declaration = tool.declaration();
    Clock clock = equipment.clock();
    Instant begun = clock.instant();
    Duration toDeadline = Duration.between(begun, running.call().deadline());
    Duration limit =
        toDeadline.compareTo(declaration.timeout()) < 0 ? toDeadline : declaration.timeout();
    Instant end = begun.plus(limit);
    StopSignal signal = running.signal();
    Future<?> watch = alarm.in(limit, () -> signal.stop(new Attempt.TimedOut(limit)));
    Runnable forget =
        signal.onStop(
            () -> {
              var _ = alarm.in(GRACE, () -> giveUpOn(running, declaration, late));
            });
    try {
      for (int number = 1; ; number++) {
        CallContext context =
            new CallContext(
                running, number, end, clock, new CallLogger(TOOL_LOG, equipment.redaction()));
        running.tried(number);
        Attempt attempt = once(running, tool, arguments.deepCopy(), context);
        AfterAttempt next =
            CallRules.afterAttempt(
                declaration,
                attempt,
                number,
                Duration.between(clock.instant(), end),
                ThreadLocalRandom.current().nextDouble());
        if (!(next instanceof AfterAttempt.TryAgain again)) {
          return next;
        }
        equipment.metrics().retried(declaration.name());
        if (!waited(signal, again.pause())) {
          return stopped(running, declaration);
        }
      }
    } finally {
      watch.cancel(false);
      forget.run();
    }
  }

  private Attempt once(
      RunningCall running, ToolCatalogue.Entry tool, ObjectNode arguments, CallContext context) {
    StopSignal signal = running.signal();
    try {
      signal.enter();
      return new Attempt.Returned(ToolJson.content(tool.tool().call(arguments, context)));
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable thrown) {
      return signal.reason().orElseGet(() -> threw(running, tool.declaration(), thrown));
    } finally {
      signal.leave();
    }
  }

  /**
   * Asks a tool what an interrupted run of a call did.
   *
   * @return that there is no telling if the tool fails or takes longer than its time
   */
  Reconciliation reconcile(RunningCall running, ToolCatalogue.Entry tool, ObjectNode arguments) {
    Instant end = equipment.clock().instant().plus(tool.declaration().timeout());
    CallContext context =
        new CallContext(
            running, 1, end, equipment.clock(), new CallLogger(TOOL_LOG, equipment.redaction()));
    StopSignal signal = running.signal();
    Future<?> watch =
        alarm.in(
            tool.declaration().timeout(),
            () -> signal.stop(new Attempt.TimedOut(tool.declaration().timeout())));
    try {
      signal.enter();
      return tool.tool().reconcile(arguments.deepCopy(), context);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable thrown) {
      LOG.warn(
          "{} could not reconcile call {}", running.call().tool(), running.call().id(), thrown);
      return Reconciliation.cannotTell();
    } finally {
      signal.leave();
      watch.cancel(false);
    }
  }

  private Attempt threw(RunningCall running, ToolDeclaration tool, Throwable thrown) {
    LOG.warn("call {} of {} failed", running.call().id(), tool.name(), thrown);
    return new Attempt.Threw(Failure.of(tool.name(), thrown, tool.effect()));
  }

  private static boolean waited(StopSignal signal, Duration wait) {
    try {
      signal.enter();
      Thread.sleep(wait);
      return true;
    } catch (InterruptedException e) {
      return false;
    } finally {
      signal.leave();
    }
  }

  /** What follows for a call that was stopped while nothing of its tool ran. */
  private AfterAttempt stopped(RunningCall running, ToolDeclaration tool) {
    Attempt reason = running.signal().reason().orElseGet(Attempt.Evicted::new);
    return CallRules.afterAttempt(tool, reason, running.tries(), Duration.ZERO, 0);
  }

  /** The tool was told to stop and has not: it is answered for, and its thread left behind. */
  private void giveUpOn(RunningCall running, ToolDeclaration tool, Consumer<Outcome> late) {
    if (stopped(running, tool) instanceof AfterAttempt.Answer answer && !running.closed()) {
      LOG.error(
          "{} does not stop when interrupted (call {}); it keeps its slot until it ends",
          tool.name(),
          running.call().id());
      late.accept(answer.outcome());
    }
  }

  /** Time to come to an end after an interrupt. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** What tools log through their context. */
  private static final Logger TOOL_LOG = LoggerFactory.getLogger("dev.weirkeeper.tool");
}
