package dev.weirkeeper.planner.simulation;

import static dev.weirkeeper.planner.simulation.Invariants.require;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.agent.Rule;
import dev.weirkeeper.planner.agent.Rule.Action;
import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Planner;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.Reply;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Transcript;
import dev.weirkeeper.planner.session.Transcript.AnsweredCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's journal as an auditor would, and keeps books of its own: who was asked about
 * what and how they decided, what was sent, which tasks have ended, what each model asked for.
 */
final class Audit {
  private SessionState state;
  private final Map<String, CallTool> sent = new HashMap<>();
  private final Map<String, AskPerson> asked = new HashMap<>();
  private final Map<String, String> allowed = new HashMap<>();
  private final Set<String> decided = new HashSet<>();
  private final Set<String> ended = new HashSet<>();
  private final Map<String, List<String>> signatures = new HashMap<>();
  private List<String> lastAsked = List.of();
  private List<String> unanswered = List.of();

  Audit(String session) {
    state = SessionState.initial(session);
  }

  SessionState state() {
    return state;
  }

  @Nullable CallTool sent(String callId) {
    return sent.get(callId);
  }

  void step(SessionEvent event) {
    SessionState before = state;
    Decision decision = Planner.step(before, event);
    state = decision.next();
    Instant at = state.session().at();
    if (event instanceof DecisionMade made) {
      decision(made, at);
    }
    if (event instanceof ModelReplied(_, String callId, _, _, Reply.Answered reply)
        && before instanceof AwaitingModel waiting
        && waiting.call().id().equals(callId)) {
      lastAsked = reply.calls().stream().map(RequestedCall::providerCallId).toList();
    }
    for (Effect effect : decision.effects()) {
      effect(effect, at);
    }
    if (state.session().transcript().size() > before.session().transcript().size()) {
      answers(before.session().transcript().size());
    }
  }

  private void decision(DecisionMade made, Instant at) {
    AskPerson request = asked.get(made.callId());
    boolean valid =
        request != null
            && made.refusal().isEmpty()
            && made.argumentsHash().equals(request.arguments().hash())
            && at.isBefore(request.expires())
            && !request.question()
            && !decided.contains(made.callId());
    if (!valid) {
      return;
    }
    switch (made.verdict()) {
      case Verdict.Approve _ -> allowed.put(made.callId(), made.argumentsHash());
      case Verdict.Edit edit -> allowed.put(made.callId(), edit.argumentsHash());
      case Verdict.Reject _ -> {}
      case Verdict.Answer _ -> {
        return;
      }
    }
    decided.add(made.callId());
  }

  private void effect(Effect effect, Instant at) {
    switch (effect) {
      case CallTool call -> {
        under(call.taskId(), call.id(), at);
        may(call.agent(), call.tool(), call.id(), call.arguments().hash());
        require(sent.put(call.id(), call) == null, "I4", call.id() + " was sent twice");
        counts(call.taskId(), call.tool().name(), call.id(), call.arguments().hash());
      }
      case StartAgent start -> {
        under(start.taskId(), start.id(), at);
        counts(start.taskId(), "helper", start.id(), start.arguments().hash());
      }
      case AskPerson ask -> {
        under(ask.taskId(), ask.id(), at);
        require(ask.agent().tools().containsKey(ask.tool().name()), "G", "not on the allow-list");
        asked.put(ask.id(), ask);
        counts(ask.taskId(), ask.tool().name(), ask.id(), ask.arguments().hash());
      }
      case CallModel call -> under(call.taskId(), call.id(), at);
      case Effect.RequestBudget ask -> under(ask.taskId(), ask.id(), at);
      case PublishResult result ->
          require(ended.add(result.id()), "I1", "task " + result.id() + " ended twice");
      case Effect.RaiseAlert _,
          Effect.AbandonModel _,
          Effect.CancelAgent _,
          Effect.ReturnBudget _ -> {}
    }
  }

  /** Something is done for a task: it must run, in time, and unless it is paused. */
  private void under(String taskId, String id, Instant at) {
    require(
        !ended.contains(taskId), "I1", id + " is done for task " + taskId + ", which has ended");
    if (state instanceof Running running && running.run().task().id().equals(taskId)) {
      require(at.isBefore(running.run().deadline()), "G", id + " is begun after the deadline");
      require(
          !running.session().pausing() || !id.contains("/m"), "G", id + " is asked while paused");
    }
  }

  /** The approval policy, read once more: the first rule that fits, or else what the tool says. */
  private void may(Agent agent, Tool tool, String callId, String argumentsHash) {
    require(tool.equals(agent.tools().get(tool.name())), "G", tool.name() + " is not allowed");
    require(!tool.asksPerson() && tool.agent().isEmpty(), "I3", "a person's answer was dispatched");
    Action action = tool.destructive() ? Action.ASK : Action.ALLOW;
    for (Rule rule : agent.rules()) {
      boolean named =
          rule.tool().equals(tool.name())
              || (rule.tool().endsWith("*")
                  && tool.name().startsWith(rule.tool().replace("*", "")));
      if (named && (tool.destructive() || !rule.destructiveOnly())) {
        action = rule.action();
        break;
      }
    }
    require(action != Action.DENY, "I3", callId + " is forbidden by a rule");
    require(
        action == Action.ALLOW || argumentsHash.equals(allowed.get(callId)),
        "I3",
        "nobody allowed %s with %s".formatted(callId, argumentsHash));
  }

  /** A call counts once, when it is sent or asked about. */
  private void counts(String taskId, String tool, String callId, String argumentsHash) {
    if (!(state instanceof Running running) || !running.run().task().id().equals(taskId)) {
      return;
    }
    List<String> before = signatures.computeIfAbsent(taskId, _ -> new ArrayList<>());
    if (before.stream().anyMatch(one -> one.startsWith(callId + " "))) {
      return;
    }
    Limits limits = Invariants.limits(running);
    String signature = tool + " " + argumentsHash;
    long ofTool = before.stream().filter(one -> one.contains(" " + tool + " ")).count();
    require(ofTool < limits.maxCalls(tool), "G", callId + " is one call of " + tool + " too many");
    long same = before.stream().filter(one -> one.endsWith(" " + signature)).count();
    require(
        same < limits.maxIdenticalCalls() || before.size() > Limits.WINDOW,
        "G",
        callId + " was made before, again and again");
    before.add(callId + " " + signature);
  }

  private void answers(int from) {
    for (Transcript.Entry entry : state.session().transcript().entriesFrom(from)) {
      switch (entry) {
        case Transcript.Entry.ModelTurn _ -> answered(List.of());
        case Transcript.Entry.UserText _ -> answered(List.of());
        case Transcript.Entry.ToolResults results ->
            answered(results.calls().stream().map(AnsweredCall::providerCallId).toList());
      }
      unanswered = entry instanceof Transcript.Entry.ModelTurn ? lastAsked : List.of();
    }
  }

  private void answered(List<String> answered) {
    require(
        answered.equals(unanswered),
        "I4",
        "%s was asked, %s is answered".formatted(unanswered, answered));
  }
}
