package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.session.Effect.Approval;
import dev.weirkeeper.planner.session.Effect.Arguments;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.Dispatch;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.Transcript.Answer;
import java.util.Optional;

/**
 * One tool call of the turn under way.
 *
 * @param id {@code session/turn/index}
 * @param providerCallId goes back to the provider with the answer
 */
public record OpenCall(
    String id, int index, String providerCallId, String tool, Progress progress) {

  /** How far a call is. It only moves on: gated, queued, sent, done. */
  public sealed interface Progress {
    /** The model asked for it and it has not been looked at; never outlives a step. */
    record Asked() implements Progress {}

    /** A person is asked. */
    record Gated(AskPerson request) implements Progress {}

    /** May be sent as soon as the parallel limit allows. */
    record Queued(Tool tool, Arguments arguments, Optional<Approval> approval)
        implements Progress {}

    /** Under way. */
    record Sent(Dispatch dispatch) implements Progress {}

    /**
     * Answered.
     *
     * @param text the answer itself, for pipelines; empty otherwise
     */
    record Done(Answer answer, boolean error, Content content, String text) implements Progress {}
  }

  OpenCall with(Progress further) {
    return new OpenCall(id, index, providerCallId, tool, further);
  }

  boolean done() {
    return progress instanceof Progress.Done;
  }

  /** The planner's own answer to this call. */
  OpenCall refused(CallError error) {
    return with(new Progress.Done(new Answer.Said(error), true, error.content(), error.message()));
  }
}
