package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.dialect.Message;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.planner.edge.Inbound;
import dev.weirkeeper.planner.edge.Outbound;
import dev.weirkeeper.planner.json.ToolErrorText;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Transcript;
import dev.weirkeeper.planner.session.Transcript.Answer;
import dev.weirkeeper.planner.session.Transcript.AnsweredCall;
import dev.weirkeeper.planner.session.Transcript.Entry;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ForkStart;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolResult;
import java.util.List;

/** A session's transcript as encoded fragments: what is new since the last call is added. */
record Transcripts(Journal journal) {

  /** The whole transcript for a model. The list is the caller's, the arrays are shared. */
  List<byte[]> fragments(LiveSession live, ModelChoice choice) {
    Transcript transcript = live.state.session().transcript();
    List<byte[]> fragments = live.fragmentsFor(choice);
    PromptFormat format = PromptFormat.of(choice);
    for (Entry entry : transcript.entriesFrom(fragments.size())) {
      live.add(format.encode(message(live.id, entry)));
    }
    return List.copyOf(fragments);
  }

  /** A prompt of its own, for a step of a pipeline. */
  static Prompt single(Pins pins, Effect.Prompt own, ModelChoice choice) {
    byte[] fragment = PromptFormat.of(choice).encode(new Message.User(own.text()));
    Prompt prompt = Prompt.of(pins, List.of(fragment));
    return own.system().map(prompt::withSystem).orElse(prompt);
  }

  private Message message(String sessionId, Entry entry) {
    return switch (entry) {
      case Entry.UserText(long sequence) -> new Message.User(task(sessionId, sequence).getText());
      case Entry.ModelTurn(long sequence) -> {
        if (!(input(sessionId, sequence) instanceof ModelReply reply)) {
          throw broken(sessionId, sequence);
        }
        String model =
            reply.getRequestedModel().isEmpty() ? reply.getModel() : reply.getRequestedModel();
        yield new Message.Assistant(
            reply.getProvider(), model, reply.getContent(), reply.getText(), reply.getCalls());
      }
      case Entry.ToolResults(List<AnsweredCall> calls) ->
          new Message.Results(calls.stream().map(call -> answer(sessionId, call)).toList());
    };
  }

  Task task(String sessionId, long sequence) {
    return switch (input(sessionId, sequence)) {
      case Task task -> task;
      case ForkStart start when start.getTask() != null -> start.getTask();
      default -> throw broken(sessionId, sequence);
    };
  }

  /** What was applied; of a forked session, what it was where it came from. */
  private Object input(String sessionId, long sequence) {
    Object input = journal.read(sessionId, sequence).getInput();
    return input instanceof ForkPart part ? part.getPart() : input;
  }

  private Message.Answer answer(String sessionId, AnsweredCall call) {
    return switch (call.answer()) {
      case Answer.Said(var error) ->
          new Message.Answer(call.providerCallId(), ToolErrorText.of(Outbound.error(error)), true);
      case Answer.Logged(long sequence) ->
          switch (input(sessionId, sequence)) {
            case ToolResult result ->
                new Message.Answer(
                    call.providerCallId(), Inbound.shown(result), result.getError() != null);
            case ApprovalDecision decision ->
                new Message.Answer(call.providerCallId(), decision.getText(), false);
            default -> throw broken(sessionId, sequence);
          };
    };
  }

  private static IllegalStateException broken(String sessionId, long sequence) {
    return new IllegalStateException(
        "record %d in the journal of session %s is not what the transcript says"
            .formatted(sequence, sessionId));
  }
}
