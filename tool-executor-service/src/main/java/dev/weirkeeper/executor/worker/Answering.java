package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.call.CallError;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.executor.journal.ExecutionJournal;
import dev.weirkeeper.executor.journal.JournalUnavailableException;
import dev.weirkeeper.executor.journal.Resolution;
import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.ToolSpan;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of every call: redact, cut, record, send, settle, in this order. A crash between any two
 * of them leads to another delivery, which finds what was recorded.
 */
final class Answering {

  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  private static final int RECORD_TRIES = 5;
  private static final Duration BETWEEN_RECORD_TRIES = Duration.ofMillis(500);

  private final String pool;
  private final Equipment equipment;

  Answering(String pool, Equipment equipment) {
    this.pool = pool;
    this.equipment = equipment;
  }

  /** Answers a call for which nothing was recorded under our claim, or that has none. */
  void answer(RunningCall running, Outcome outcome) {
    answer(running, outcome, Resolution.RUN, Integer.MAX_VALUE);
  }

  /**
   * Answers a call, if nobody has.
   *
   * @param resolution how the outcome came about
   * @param maxBytes longest result shown whole
   */
  void answer(RunningCall running, Outcome outcome, Resolution resolution, int maxBytes) {
    if (!running.close()) {
      LOG.info(
          "call {} of {} ended after it had been answered; its outcome is dropped",
          running.call().id(),
          running.call().tool());
      return;
    }
    // Before it is cut: what is kept whole must be clean too, and no cut may hide half a secret.
    Outcome shown = shown(running.call(), redacted(outcome), maxBytes);
    int tries = running.tries();
    FailPoint.reached("executor.tool-returned");
    if (running.epoch() > 0 && !recorded(running, shown, tries, resolution)) {
      equipment.metrics().fenced(running.call().tool());
      LOG.warn(
          "call {} of {} was taken over by another executor while it ran here; its outcome is"
              + " dropped",
          running.call().id(),
          running.call().tool());
      running.delivery().settle(Settlement.DONE);
      return;
    }
    FailPoint.reached("executor.recorded");
    send(running, new Answer(shown, tries, false));
  }

  /** Answers a call with what the journal says. */
  void answerFromJournal(RunningCall running, Outcome outcome, int tries) {
    if (running.close()) {
      send(running, new Answer(outcome, tries, true));
    }
  }

  /** Gives a call back unanswered, for another executor to run. */
  void handBack(RunningCall running) {
    if (!running.close()) {
      return;
    }
    equipment.metrics().handedBack(pool);
    if (running.epoch() > 0) {
      letGo(running);
    }
    running.delivery().settle(Settlement.HANDED_BACK);
  }

  private void letGo(RunningCall running) {
    ExecutionJournal journal = equipment.journal().orElseThrow();
    try {
      if (running.tries() == 0 && running.epoch() == 1) {
        journal.withdraw(running.call(), running.epoch());
      } else {
        journal.handBack(running.call(), running.epoch());
      }
    } catch (JournalUnavailableException e) {
      LOG.warn("call {} can only be taken over when its lease ends", running.call().id(), e);
    }
  }

  private Outcome shown(Call call, Outcome outcome, int maxBytes) {
    return outcome instanceof Outcome.Succeeded succeeded && succeeded.handle().isEmpty()
        ? equipment.limit().apply(call, succeeded.content(), maxBytes)
        : outcome;
  }

  private Outcome redacted(Outcome outcome) {
    Redaction redaction = equipment.redaction();
    return switch (outcome) {
      case Outcome.Succeeded(String content, long fullBytes, Optional<String> handle) -> {
        String clean = redaction.apply(content);
        yield clean.equals(content)
            ? outcome
            : new Outcome.Succeeded(
                clean,
                handle.isPresent() ? fullBytes : clean.getBytes(StandardCharsets.UTF_8).length,
                handle);
      }
      case Outcome.Failed(CallError error) -> {
        Map<String, Object> details = new HashMap<>(error.details());
        details.replaceAll(
            (name, value) -> value instanceof String text ? redaction.apply(text) : value);
        yield new Outcome.Failed(
            new CallError(
                error.code(),
                redaction.apply(error.message()),
                redaction.apply(error.hint()),
                details));
      }
    };
  }

  /**
   * Records an outcome under our claim. What has happened has happened: if the journal does not
   * answer for a while, the outcome is sent all the same.
   *
   * @return false if the claim is no longer ours
   */
  private boolean recorded(RunningCall running, Outcome outcome, int tries, Resolution resolution) {
    ExecutionJournal journal = equipment.journal().orElseThrow();
    for (int attempt = 1; ; attempt++) {
      try {
        return journal.done(running.call(), running.epoch(), outcome, tries, resolution);
      } catch (JournalUnavailableException e) {
        if (attempt == RECORD_TRIES) {
          equipment.metrics().unrecorded(running.call().tool());
          LOG.error(
              "the outcome of call {} is sent unrecorded: if the call is delivered again it will be"
                  + " answered outcome_unknown",
              running.call().id(),
              e);
          return true;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_RECORD_TRIES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(RunningCall running, Answer answer) {
    Call call = running.call();
    Delivery delivery = running.delivery();
    delivery.end();
    Instant ended = equipment.clock().instant();
    ToolResult result =
        CallWire.result(
            call, answer, equipment.executor(), delivery.number(), running.started(), ended);
    byte[] bytes = equipment.outbox().bytes(result);
    Answer sent = answer;
    if (!equipment.outbox().fits(bytes)) {
      sent = new Answer(tooLarge(call, bytes.length), answer.tries(), answer.fromJournal());
      bytes =
          equipment
              .outbox()
              .bytes(
                  CallWire.result(
                      call,
                      sent,
                      equipment.executor(),
                      delivery.number(),
                      running.started(),
                      ended));
    }
    Answer last = sent;
    var _ =
        equipment
            .outbox()
            .send(call.sessionId(), bytes, delivery.origin().headers())
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    FailPoint.reached("executor.result-sent");
                    delivery.settle(Settlement.DONE);
                    report(running, last, ended);
                  } else {
                    LOG.warn(
                        "the result of call {} could not be sent; the call is handed back",
                        call.id(),
                        failure);
                    delivery.settle(Settlement.HANDED_BACK);
                  }
                });
  }

  private void report(RunningCall running, Answer answer, Instant ended) {
    Call call = running.call();
    equipment.metrics().answered(call.tool(), answer, Duration.between(running.started(), ended));
    equipment
        .tracing()
        .tool(
            running.delivery().origin().headers(),
            new ToolSpan(
                call.sessionId(),
                call.taskId(),
                call.id(),
                call.attempt(),
                call.tool(),
                equipment.executor(),
                answer.outcome() instanceof Outcome.Failed failed
                    ? Optional.of(failed.error().code().name().toLowerCase(Locale.ROOT))
                    : Optional.empty(),
                running.started(),
                ended));
  }

  private static Outcome tooLarge(Call call, int bytes) {
    return new Outcome.Failed(
        new CallError(
            ToolErrorCode.RESULT_TOO_LARGE,
            call.tool()
                + " ran, but its result makes a record of "
                + bytes
                + " bytes, too large to send",
            "ask for less: narrow the arguments or page through the result",
            Map.of("bytes", bytes)));
  }
}
