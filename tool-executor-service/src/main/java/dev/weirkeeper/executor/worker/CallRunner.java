package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Admission;
import dev.weirkeeper.executor.call.AfterAttempt;
import dev.weirkeeper.executor.call.AfterClaim;
import dev.weirkeeper.executor.call.AfterTakeOver;
import dev.weirkeeper.executor.call.Attempt;
import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.call.CallRules;
import dev.weirkeeper.executor.call.Claim;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.executor.journal.ExecutionJournal;
import dev.weirkeeper.executor.journal.JournalUnavailableException;
import dev.weirkeeper.executor.journal.Resolution;
import dev.weirkeeper.executor.tool.InputSchema;
import dev.weirkeeper.executor.tool.RateLimit;
import dev.weirkeeper.executor.tool.Reconciliation;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.ToolCall;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes deliveries of one pool through their whole life, each on a virtual thread: read, admitted,
 * claimed, run, answered. Thread-safe.
 */
final class CallRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CallRunner.class);

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

  /** Longest wait for the journal where only the wording of an error depends on it. */
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(2);

  private final String pool;
  private final ToolCatalogue tools;
  private final Equipment equipment;
  private final AvroDeserializer<ToolCall> reader;
  private final Slots slots;
  private final RunningCalls running;
  private final ToolRun toolRun;
  private final Answering answering;
  private final Alarm alarm;
  private final ExecutorService threads;
  private volatile boolean stopping;

  /**
   * @param tools those of the pool
   * @param serde settings of the deserializer
   */
  CallRunner(
      String pool,
      ToolCatalogue tools,
      Equipment equipment,
      Map<String, Object> serde,
      Slots slots,
      Optional<RateLimit> rate,
      Duration lease) {
    this.pool = pool;
    this.tools = tools;
    this.equipment = equipment;
    this.reader = new AvroDeserializer<>(ToolCall.class, serde);
    this.slots = slots;
    this.running = new RunningCalls();
    this.alarm = new Alarm(pool, 2);
    this.toolRun = new ToolRun(slots, rate, alarm, equipment);
    this.answering = new Answering(pool, equipment);
    this.threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("call-" + pool + "-", 0).factory());
    equipment
        .journal()
        .ifPresent(journal -> alarm.every(lease.dividedBy(4), () -> extend(journal)));
    equipment.cancellations().onCancel(running::cancel);
  }

  private void extend(ExecutionJournal journal) {
    try {
      journal.extend(running.claimed());
    } catch (JournalUnavailableException e) {
      LOG.warn("the leases of running calls could not be extended", e);
    }
  }

  /** Begins with a delivery. Returns at once. */
  void accept(Delivery delivery) {
    slots.take();
    var _ = threads.submit(() -> handle(delivery));
  }

  /** The calls in hand. */
  RunningCalls running() {
    return running;
  }

  /** Begins no more calls that were not begun; those that run go on. */
  void stop() {
    stopping = true;
  }

  @Override
  public void close() {
    stopping = true;
    running.evict();
    threads.shutdown();
    alarm.close();
  }

  private void handle(Delivery delivery) {
    FailPoint.reached("executor.delivered");
    try {
      Optional<ToolCall> read = read(delivery);
      if (read.isPresent()) {
        RunningCall call =
            new RunningCall(CallWire.call(read.get()), delivery, equipment.clock().instant());
        running.add(call);
        MDC.put("call", call.call().id());
        MDC.put("tool", call.call().tool());
        try {
          attend(call);
        } finally {
          running.remove(call);
          MDC.clear();
        }
      }
    } catch (RuntimeException | Error bug) {
      // Not the tool's failure but ours. The call must not be lost: after the last delivery it is
      // put aside and answered.
      LOG.error(
          "the record at {}-{}@{} could not be handled and is handed back",
          delivery.origin().topic(),
          delivery.origin().partition(),
          delivery.origin().offset(),
          bug);
      delivery.settle(Settlement.HANDED_BACK);
    } finally {
      slots.giveBack();
    }
  }

  /** The call, or nothing if the record is settled: it can't be read, or we stop. */
  private Optional<ToolCall> read(Delivery delivery) {
    do {
      try {
        ToolCall call =
            reader.deserialize(
                delivery.origin().topic(), delivery.origin().headers(), delivery.origin().value());
        if (call != null) {
          return Optional.of(call);
        }
        putAside(delivery, "the record has no value");
        return Optional.empty();
      } catch (UnreadableRecordException e) {
        putAside(delivery, String.valueOf(e.getMessage()));
        return Optional.empty();
      } catch (RegistryUnavailableException e) {
        LOG.warn("the schema registry does not answer; the call waits", e);
        sleep(BETWEEN_QUESTIONS);
      }
    } while (!stopping);
    delivery.settle(Settlement.HANDED_BACK);
    return Optional.empty();
  }

  private void putAside(Delivery delivery, String reason) {
    LOG.warn(
        "the record at {}-{}@{} goes to the dead letters: {}",
        delivery.origin().topic(),
        delivery.origin().partition(),
        delivery.origin().offset(),
        reason);
    equipment.metrics().deadLettered(pool);
    var _ =
        equipment
            .outbox()
            .deadLetter(delivery.origin(), reason)
            .whenComplete(
                (done, failure) ->
                    delivery.settle(failure == null ? Settlement.DONE : Settlement.HANDED_BACK));
  }

  private void attend(RunningCall call) {
    // The broker gives up a call that is handed back on its last delivery.
    if (stopping && call.delivery().number() < call.delivery().last()) {
      answering.handBack(call);
      return;
    }
    if (!call.call().argumentsMatchTheirHash()) {
      fail(call, new Outcome.Failed(CallRules.wrongHash(call.call())));
      return;
    }
    Optional<ToolCatalogue.Entry> tool = tools.find(call.call().tool());
    if (tool.isEmpty()) {
      fail(call, new Outcome.Failed(CallRules.unknownTool(call.call().tool(), tools.names())));
      return;
    }
    switch (tool.get().schema().check(call.call().arguments())) {
      case InputSchema.Check.Invalid invalid ->
          fail(
              call,
              new Outcome.Failed(
                  CallRules.invalidArguments(call.call().tool(), invalid.problems())));
      case InputSchema.Check.Valid valid -> admit(call, tool.get(), valid.arguments());
    }
  }

  private void admit(RunningCall call, ToolCatalogue.Entry tool, ObjectNode arguments) {
    Effect effect = tool.declaration().effect();
    Admission admission =
        CallRules.admit(
            call.call(),
            effect,
            call.delivery().number(),
            call.delivery().last(),
            equipment.cancellations().reasonAgainst(call.call()),
            equipment.clock().instant());
    switch (admission) {
      case Admission.Admitted _ -> {
        if (effect.readOnly()) {
          run(call, tool, arguments);
        } else {
          claim(call, tool, arguments);
        }
      }
      case Admission.TooLate late -> tooLate(call, effect, late);
    }
  }

  private void tooLate(RunningCall call, Effect effect, Admission.TooLate late) {
    Optional<Claim> known = effect.readOnly() ? Optional.empty() : known(call.call());
    Outcome outcome = CallRules.tooLate(late.error(), known);
    if (late.giveUp() && !keptElsewhere(call, late.error().message())) {
      answering.handBack(call);
      return;
    }
    if (known.orElse(null) instanceof Claim.Done done) {
      answering.answerFromJournal(call, outcome, done.tries());
    } else {
      fail(call, outcome);
    }
  }

  /**
   * Puts a call's record into the dead letters and waits for the broker to have it: here and not in
   * the producer's callback, whose thread must not be used to send the answer.
   */
  private boolean keptElsewhere(RunningCall call, String reason) {
    equipment.metrics().deadLettered(pool);
    try {
      equipment.outbox().deadLetter(call.delivery().origin(), reason).join();
      return true;
    } catch (CompletionException e) {
      LOG.warn("call {} could not be put into the dead letters", call.call().id(), e);
      return false;
    }
  }

  /** What the journal knows. If it does not say, the worst is assumed. */
  private Optional<Claim> known(Call call) {
    ExecutionJournal journal = equipment.journal().orElseThrow();
    Clock clock = equipment.clock();
    var end = clock.instant().plus(SHORT_PATIENCE);
    while (true) {
      try {
        return journal.find(call);
      } catch (JournalUnavailableException e) {
        if (stopping || !clock.instant().isBefore(end)) {
          LOG.warn("what became of call {} can't be looked up", call.id(), e);
          return Optional.of(new Claim.Deserted("an executor the journal can't name now", 0));
        }
        sleep(BETWEEN_QUESTIONS);
      }
    }
  }

  private void claim(RunningCall call, ToolCatalogue.Entry tool, ObjectNode arguments) {
    ExecutionJournal journal = equipment.journal().orElseThrow();
    while (true) {
      AfterClaim next;
      try {
        next = CallRules.afterClaim(call.call(), journal.claim(call.call()));
      } catch (JournalUnavailableException e) {
        if (!equipment.clock().instant().isBefore(call.call().deadline())) {
          fail(call, new Outcome.Failed(CallRules.journalSilent(call.call())));
          return;
        }
        LOG.warn("call {} waits for the execution journal", call.call().id(), e);
        next = new AfterClaim.AskAgain(BETWEEN_QUESTIONS);
      }
      switch (next) {
        case AfterClaim.Run granted -> {
          call.claimed(granted.epoch());
          FailPoint.reached("executor.claimed");
          run(call, tool, arguments);
          return;
        }
        case AfterClaim.AnswerFromJournal found -> {
          answering.answerFromJournal(call, found.outcome(), found.tries());
          return;
        }
        case AfterClaim.Refuse refused -> {
          fail(call, new Outcome.Failed(refused.error()));
          return;
        }
        case AfterClaim.TakeOver desertion -> {
          if (takenOver(call, tool, arguments, desertion)) {
            return;
          }
        }
        case AfterClaim.AskAgain again -> {
          if (!waited(call, again.pause())) {
            return;
          }
        }
      }
    }
  }

  /** Waits, or ends the call if it is stopped meanwhile: somebody else has it, or nobody has. */
  private boolean waited(RunningCall call, Duration wait) {
    try {
      call.signal().enter();
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      // the reason is in the signal
    } finally {
      call.signal().leave();
    }
    switch (call.signal().reason().orElse(null)) {
      case Attempt.Cancelled cancelled ->
          fail(
              call,
              CallRules.tooLate(
                  CallRules.cancelled(call.call().tool(), cancelled.reason(), false),
                  known(call.call())));
      case null -> {
        return true;
      }
      default -> answering.handBack(call);
    }
    return false;
  }

  private boolean takenOver(
      RunningCall call,
      ToolCatalogue.Entry tool,
      ObjectNode arguments,
      AfterClaim.TakeOver desertion) {
    OptionalLong epoch;
    try {
      epoch = equipment.journal().orElseThrow().takeOver(call.call(), desertion.epoch());
    } catch (JournalUnavailableException e) {
      LOG.warn("call {} could not be taken over", call.call().id(), e);
      return false;
    }
    if (epoch.isEmpty()) {
      return false;
    }
    call.claimed(epoch.getAsLong());
    switch (CallRules.afterTakeOver(tool.declaration().effect())) {
      case AfterTakeOver.RunAgain _ -> run(call, tool, arguments);
      case AfterTakeOver.Reconcile _ -> reconcile(call, tool, arguments, desertion.owner());
    }
    return true;
  }

  private void reconcile(
      RunningCall call, ToolCatalogue.Entry tool, ObjectNode arguments, String owner) {
    Reconciliation found = toolRun.reconcile(call, tool, arguments);
    String content =
        found instanceof Reconciliation.Happened happened
            ? ToolJson.content(happened.result())
            : "";
    CallRules.afterReconciliation(call.call(), owner, found, content)
        .ifPresentOrElse(
            outcome ->
                answering.answer(
                    call,
                    outcome,
                    outcome instanceof Outcome.Succeeded
                        ? Resolution.RECONCILED
                        : Resolution.UNKNOWN,
                    tool.declaration().maxResultBytes()),
            () -> run(call, tool, arguments));
  }

  private void run(RunningCall call, ToolCatalogue.Entry tool, ObjectNode arguments) {
    int maxBytes = tool.declaration().maxResultBytes();
    AfterAttempt end =
        toolRun.run(
            call, tool, arguments, late -> answering.answer(call, late, Resolution.RUN, maxBytes));
    switch (end) {
      case AfterAttempt.Answer answer ->
          answering.answer(call, answer.outcome(), Resolution.RUN, maxBytes);
      case AfterAttempt.HandBack _ -> answering.handBack(call);
      case AfterAttempt.TryAgain _ ->
          throw new IllegalStateException("a run ends with an answer or is handed back");
    }
  }

  private void fail(RunningCall call, Outcome outcome) {
    answering.answer(call, outcome);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
