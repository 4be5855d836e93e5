package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.CallError;
import dev.weirkeeper.planner.session.Fork;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Copied;
import dev.weirkeeper.planner.session.SessionEvent.Forked;
import dev.weirkeeper.planner.session.Task;
import dev.weirkeeper.wire.ForkAnswer;
import dev.weirkeeper.wire.ForkCall;
import dev.weirkeeper.wire.ForkEntry;
import dev.weirkeeper.wire.ForkOrigin;
import dev.weirkeeper.wire.ForkOutput;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ForkStart;
import dev.weirkeeper.wire.ForkUsage;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.ToolError;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Forks on the wire and as the core sees them. */
public final class Forks {
  private Forks() {}

  /** The event that a part stands for; for the last one, with the task as it was accepted. */
  static SessionEvent event(Instant at, ForkPart part, Optional<Task> task) {
    Fork.Origin origin = origin(part.getOrigin());
    return part.getPart() instanceof ForkStart start
        ? new Forked(at, fork(origin, start, task))
        : new Copied(at, origin, part.getIndex(), part(part.getPart()));
  }

  private static Fork.Part part(Object input) {
    return switch (input) {
      case dev.weirkeeper.wire.Task task ->
          new Fork.Part(Fork.Kind.USER, Inbound.content(task.getText()), 0);
      case ModelReply reply ->
          new Fork.Part(
              Fork.Kind.MODEL, Inbound.content(reply.getContent()), reply.getCalls().size());
      default -> new Fork.Part(Fork.Kind.ANSWER, Inbound.content(Inbound.answer(input)), 0);
    };
  }

  private static Fork fork(Fork.Origin origin, ForkStart start, Optional<Task> task) {
    return new Fork(
        origin,
        start.getParts(),
        task,
        start.getTranscript().stream().map(Forks::message).toList(),
        start.getOpenCalls().stream().map(Forks::call).toList(),
        start.getTurn(),
        used(start.getUsed()));
  }

  private static Fork.Message message(ForkEntry entry) {
    @Nullable Integer part = entry.getPart();
    return part != null
        ? new Fork.Message.Said(part)
        : new Fork.Message.Answers(entry.getAnswers().stream().map(Forks::answer).toList());
  }

  private static Fork.Answer answer(ForkAnswer answer) {
    return new Fork.Answer(
        answer.getProviderCallId(),
        Optional.ofNullable(answer.getPart()),
        Optional.ofNullable(answer.getError()).map(Inbound::said));
  }

  private static Fork.Call call(ForkCall call) {
    return new Fork.Call(
        Inbound.requested(call.getCall()),
        Optional.ofNullable(call.getAnswer()).map(Forks::answer));
  }

  private static Fork.Used used(ForkUsage used) {
    return new Fork.Used(
        used.getSteps(),
        used.getTokens(),
        new NanoUsd(used.getCostNanoUsd()),
        used.getToolCalls(),
        used.getRecentCalls(),
        used.getContinuations(),
        used.getOutputs().stream()
            .map(output -> new Fork.Output(output.getStep(), output.getText()))
            .toList());
  }

  private static Fork.Origin origin(ForkOrigin origin) {
    return new Fork.Origin(origin.getSessionId(), origin.getSequence());
  }

  // The other way

  /** An answer as the wire has it: a part, or the planner's own error. */
  public static ForkAnswer answer(
      String providerCallId, @Nullable Integer part, @Nullable CallError error) {
    @Nullable ToolError said = error == null ? null : Outbound.error(error);
    return new ForkAnswer(providerCallId, part, said);
  }

  /** What was used, as the wire has it. */
  public static ForkUsage usage(Fork.Used used) {
    return new ForkUsage(
        used.steps(),
        used.tokens(),
        used.cost().value(),
        used.toolCalls(),
        used.recentCalls(),
        used.continuations(),
        used.outputs().stream()
            .map(output -> new ForkOutput(output.step(), output.text()))
            .toList());
  }
}
