package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.Held;
import dev.weirkeeper.planner.session.Account.LostReply;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a session goes on from a point of another one: the conversation that the copied parts make,
 * the turn that was under way, and what had been used.
 *
 * @param parts how many parts were copied; everything below names them by index, from 0
 * @param task what goes on, under its new ids; absent: nothing was under way
 * @param transcript oldest first
 * @param openCalls the calls of the turn under way, in the order asked; empty: the model is asked
 * @param turn turns so far
 */
public record Fork(
    Origin origin,
    int parts,
    Optional<Task> task,
    List<Message> transcript,
    List<Call> openCalls,
    int turn,
    Used used) {

  public Fork {
    transcript = List.copyOf(transcript);
    openCalls = List.copyOf(openCalls);
  }

  /** What is continued: a session up to an event. */
  public record Origin(String sessionId, long sequence) {}

  /**
   * An input of the other session.
   *
   * @param calls tool calls in it, for bounding the tokens of a prompt
   */
  public record Part(Kind kind, Content content, int calls) {}

  /** Whose words a part holds. */
  public enum Kind {
    USER,
    MODEL,
    ANSWER
  }

  /** One message of the conversation. */
  public sealed interface Message {
    /** A part of kind USER or MODEL. */
    record Said(int part) implements Message {}

    /** The answers to a turn's calls, in the order asked. */
    record Answers(List<Answer> answers) implements Message {}
  }

  /** The answer to a call: a part of kind ANSWER, or the planner's own error. */
  public record Answer(String providerCallId, Optional<Integer> part, Optional<CallError> error) {}

  /** A call of the turn under way; without an answer it is screened, gated and sent anew. */
  public record Call(RequestedCall request, Optional<Answer> answer) {}

  /**
   * What the task had used before: it counts towards the task's limits, and is not charged again.
   *
   * @param steps model calls plus tool calls
   * @param tokens of all classes
   * @param cost spent or possibly charged, sub-agents included
   * @param toolCalls by tool
   * @param recentCalls for the identical-call breaker, oldest first
   * @param continuations how often in a row the model had only paused
   * @param outputs of the pipeline steps done, in order
   */
  public record Used(
      int steps,
      long tokens,
      NanoUsd cost,
      Map<String, Integer> toolCalls,
      List<String> recentCalls,
      int continuations,
      List<Output> outputs) {

    /** Of a task that begins. */
    public static final Used NOTHING =
        new Used(0, 0, NanoUsd.ZERO, Map.of(), List.of(), 0, List.of());

    /** What the task of a session has used; what it waits for is done anew and does not count. */
    public static Used of(SessionState state) {
      if (!(state instanceof Running running)) {
        return NOTHING;
      }
      Run run = running.run();
      int steps = run.stepsUsed();
      Map<String, Integer> calls = new HashMap<>(run.before().toolCalls());
      run.spent()
          .toolCalls()
          .asMap()
          .forEach((tool, count) -> calls.merge(tool, count, Integer::sum));
      List<String> recent = run.recentCalls().items();
      if (asksModel(running)) {
        steps--;
      } else if (doesStep(running)) {
        steps--;
        calls.merge(((AwaitingTools) running).calls().getFirst().tool(), -1, Integer::sum);
        recent = recent.subList(0, recent.size() - 1);
      }
      NanoUsd cost = run.before().cost().plus(run.spent().committed());
      for (Held held : running.session().account().held().values()) {
        if (held instanceof LostReply && held.taskId().equals(run.task().id())) {
          cost = cost.plus(held.amount());
        }
      }
      List<Output> outputs = new ArrayList<>();
      run.outputs().forEach((step, text) -> outputs.add(new Output(step, text)));
      return new Used(steps, run.tokensUsed(), cost, calls, recent, run.continuations(), outputs);
    }

    public Used {
      toolCalls = Map.copyOf(toolCalls);
      recentCalls = List.copyOf(recentCalls);
      outputs = List.copyOf(outputs);
    }
  }

  /** Steps that the task of a session has done in it; what is done anew does not count. */
  public static int stepsDone(SessionState state) {
    return state instanceof Running running
        ? Used.of(state).steps() - running.run().before().steps()
        : 0;
  }

  /** Turns of a session that are over, or whose calls are open; a turn made anew does not count. */
  public static int turns(SessionState state) {
    int turns = state.session().turn();
    boolean anew =
        state instanceof AwaitingBudget || state instanceof AwaitingModel || doesStep(state);
    return anew ? turns - 1 : turns;
  }

  /** Whether a model call that counts as a step is under way or about to be made again. */
  private static boolean asksModel(SessionState state) {
    return state instanceof AwaitingModel
        || (state instanceof AwaitingBudget waiting && waiting.turn().attempt() > 1);
  }

  /** Whether a pipeline waits for a tool: it makes the whole step again. */
  private static boolean doesStep(SessionState state) {
    return state instanceof AwaitingTools tools && tools.run().agent().mode() == Mode.PIPELINE;
  }

  /** What a step of a pipeline gave. */
  public record Output(String step, String text) {}
}
