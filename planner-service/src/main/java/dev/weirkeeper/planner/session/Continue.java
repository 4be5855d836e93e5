package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Fork.Answer;
import dev.weirkeeper.planner.session.Fork.Kind;
import dev.weirkeeper.planner.session.Fork.Message;
import dev.weirkeeper.planner.session.OpenCall.Progress.Done;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.Copied;
import dev.weirkeeper.planner.session.SessionEvent.Forked;
import dev.weirkeeper.planner.session.SessionState.Copying;
import dev.weirkeeper.planner.session.SessionState.Copying.Copy;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.Transcript.AnsweredCall;
import dev.weirkeeper.planner.session.Transcript.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A session that goes on from a point of another: its parts are copied one by one, then a task goes
 * on with them. What was answered is not done again; what was not is screened and gated like new.
 */
final class Continue {
  private Continue() {}

  /** The parts do not fit what is said of them. */
  private static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitException(String problem) {
      super(problem);
    }
  }

  static SessionState copy(Draft d, Session session, List<Copy> before, Copied e) {
    d.because(
        Phase.OBSERVE,
        "part %d of session %s is copied".formatted(e.index(), e.origin().sessionId()));
    List<Copy> copies = new ArrayList<>(before);
    copies.add(new Copy(session.sequence(), e.part()));
    return new Copying(session, copies);
  }

  static SessionState start(Draft d, Copying state, Forked e) {
    Fork fork = e.fork();
    String origin =
        "event %d of session %s".formatted(fork.origin().sequence(), fork.origin().sessionId());
    try {
      return goOn(d, state, fork, origin);
    } catch (UnfitException unfit) {
      return refused(
          d, state, fork, "%s can't be continued: %s".formatted(origin, unfit.getMessage()));
    }
  }

  /** Says why nothing goes on, in a result if there is somebody to wait for one. */
  static SessionState refused(Draft d, SessionState state, Fork fork, String why) {
    return fork.task()
        .map(task -> Ending.unservable(d, state, task.id(), task.tenant(), why))
        .orElseGet(() -> d.noted(state, why));
  }

  private static SessionState goOn(Draft d, Copying state, Fork fork, String origin)
      throws UnfitException {
    if (state.copies().size() != fork.parts()) {
      throw new UnfitException(
          "%d of %d parts have come".formatted(state.copies().size(), fork.parts()));
    }
    Transcript transcript = Transcript.EMPTY;
    for (Message message : fork.transcript()) {
      transcript = append(transcript, message, state.copies());
    }
    Session session = state.session().with(transcript).withTurn(fork.turn());
    if (fork.task().isEmpty()) {
      d.because(Phase.OBSERVE, "the conversation of " + origin + " can be continued");
      return new Idle(session);
    }
    Task task = fork.task().get();
    if (session.inputs().revoked().contains(task.id())) {
      return Ending.revoked(d, new Idle(session), task);
    }
    if (task.problem().isPresent()) {
      throw new UnfitException(task.problem().get());
    }
    d.because(
        Phase.PLAN,
        "task %s goes on from %s with agent %s version %s"
            .formatted(task.id(), origin, task.agent().name(), task.agent().version()));
    Start.tellLowered(d, task);
    Session named = session.with(session.inputs().withTaskId(task.id()));
    Run run = Run.begin(task, d.at, session.sequence()).after(fork.used());
    Now now = new Now(named, run);
    if (fork.openCalls().isEmpty() || task.agent().mode() == Mode.PIPELINE) {
      return Reflect.next(d, now);
    }
    return Act.takeUp(d, now, fork.openCalls(), answered(fork.openCalls(), state.copies()));
  }

  private static Transcript append(Transcript before, Message message, List<Copy> copies)
      throws UnfitException {
    return switch (message) {
      case Message.Said(int index) -> {
        Copy copy = copy(copies, index);
        Content content = copy.part().content();
        Entry entry =
            switch (copy.part().kind()) {
              case USER -> new Entry.UserText(copy.sequence());
              case MODEL -> new Entry.ModelTurn(copy.sequence());
              case ANSWER -> throw new UnfitException("part %d is no message".formatted(index));
            };
        yield before.plus(entry, 1 + copy.part().calls(), content.bytes(), content.hash());
      }
      case Message.Answers(List<Answer> answers) -> {
        List<AnsweredCall> calls = new ArrayList<>(answers.size());
        List<Content> contents = new ArrayList<>(answers.size());
        for (Answer answer : answers) {
          Done done = done(answer, copies);
          calls.add(new AnsweredCall(answer.providerCallId(), done.answer()));
          contents.add(done.content());
        }
        yield before.plusResults(calls, contents);
      }
    };
  }

  /** What is known of each open call, in their order. */
  private static List<Optional<Done>> answered(List<Fork.Call> calls, List<Copy> copies)
      throws UnfitException {
    List<Optional<Done>> known = new ArrayList<>(calls.size());
    for (Fork.Call call : calls) {
      known.add(
          call.answer().isPresent()
              ? Optional.of(done(call.answer().get(), copies))
              : Optional.empty());
    }
    return known;
  }

  private static Done done(Answer answer, List<Copy> copies) throws UnfitException {
    if (answer.error().isPresent()) {
      CallError error = answer.error().get();
      return new Done(new Transcript.Answer.Said(error), true, error.content(), error.message());
    }
    if (answer.part().isEmpty()) {
      throw new UnfitException("a call has neither a result nor an error");
    }
    int index = answer.part().get();
    Copy copy = copy(copies, index);
    if (copy.part().kind() != Kind.ANSWER) {
      throw new UnfitException("part %d is no answer".formatted(index));
    }
    return new Done(
        new Transcript.Answer.Logged(copy.sequence()), false, copy.part().content(), "");
  }

  private static Copy copy(List<Copy> copies, int index) throws UnfitException {
    if (index < 0 || index >= copies.size()) {
      throw new UnfitException("there is no part %d".formatted(index));
    }
    return copies.get(index);
  }
}
