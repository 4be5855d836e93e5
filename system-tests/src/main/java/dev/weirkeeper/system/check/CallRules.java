package dev.weirkeeper.system.check;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.system.check.Calls.Taken;
import dev.weirkeeper.system.check.Dump.Effect;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRef;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.ParentCall;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** No call runs that was not decided and allowed, and none changes the world twice. */
final class CallRules {

  private CallRules() {}

  private record Decided(SessionEvent event, String detail) {}

  /** The decisions to send each call. */
  private static Map<String, Decided> decided(History history, String kind) {
    Map<String, Decided> decided = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        for (EffectSummary effect : event.getEffects()) {
          if (effect.getKind().equals(kind)) {
            decided.putIfAbsent(effect.getId(), new Decided(event, effect.getDetail()));
          }
        }
      }
    }
    return decided;
  }

  /** A command has a committed decision for the same arguments. */
  static void commandWasDecided(History history, BiConsumer<String, String> broken) {
    Map<String, Decided> decided = decided(history, "CallTool");
    for (Said<ToolCall> command : history.all(ToolCall.class)) {
      ToolCall call = command.value();
      Decided decision = decided.get(call.getCallId());
      String expected = "%s, arguments %s".formatted(call.getTool(), call.getArgumentsHash());
      if (decision == null) {
        broken.accept(call.getCallId(), "was sent at " + command.place() + " undecided");
      } else if (!decision.detail.startsWith(expected)) {
        broken.accept(
            call.getCallId(), "was sent as %s, decided as %s".formatted(expected, decision.detail));
      }
      if (!CanonicalJson.sha256(call.getArguments()).equals(call.getArgumentsHash())) {
        broken.accept(call.getCallId(), "was sent with arguments that do not have their hash");
      }
    }
  }

  /**
   * A destructive command has an earlier approval of its very arguments, taken in before the
   * request expired.
   */
  static void destructiveWasApproved(History history, BiConsumer<String, String> broken) {
    Set<String> destructive = new HashSet<>();
    for (Said<ToolDefinition> tool : history.all(ToolDefinition.class)) {
      if (tool.value().getDestructive()) {
        destructive.add(tool.value().getName());
      }
    }
    Map<String, ApprovalRequest> requests = new HashMap<>();
    for (Said<ApprovalRequest> request : history.all(ApprovalRequest.class)) {
      requests.putIfAbsent(request.value().getCallId(), request.value());
    }
    Map<Place, SessionEvent> eventOf = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        InputRef ref = event.getInput();
        if (ref != null) {
          eventOf.putIfAbsent(
              new Place(ref.getTopic(), ref.getPartition(), ref.getOffset()), event);
        }
      }
    }
    Map<String, Decided> decided = decided(history, "CallTool");
    for (Said<ToolCall> command : history.all(ToolCall.class)) {
      ToolCall call = command.value();
      if (destructive.contains(call.getTool())) {
        unapproved(history, call, requests.get(call.getCallId()), eventOf, decided)
            .ifPresent(why -> broken.accept(call.getCallId(), why));
      }
    }
  }

  private static Optional<String> unapproved(
      History history,
      ToolCall call,
      @Nullable ApprovalRequest request,
      Map<Place, SessionEvent> eventOf,
      Map<String, Decided> decided) {
    ApprovalRef approval = call.getApproval();
    if (approval == null || approval.getDecisionId() == null) {
      return Optional.of("is destructive and was sent without an approval");
    }
    if (request == null) {
      return Optional.of("was approved and nobody was asked");
    }
    Decided sent = decided.get(call.getCallId());
    for (Said<ApprovalDecision> said : history.all(ApprovalDecision.class)) {
      ApprovalDecision decision = said.value();
      SessionEvent taken = eventOf.get(said.place());
      if (!decision.getDecisionId().equals(approval.getDecisionId()) || taken == null) {
        continue;
      }
      if (!decision.getCallId().equals(call.getCallId())
          || !decision.getArgumentsHash().equals(request.getArgumentsHash())) {
        return Optional.of("was let through by a decision on something else");
      }
      String allowed =
          decision.getVerdict() == Verdict.APPROVE
              ? request.getArgumentsHash()
              : decision.getVerdict() == Verdict.EDIT ? edited(decision) : "";
      if (!allowed.equals(call.getArgumentsHash())) {
        return Optional.of(
            "was sent with arguments %s, and %s allows %s"
                .formatted(call.getArgumentsHash(), decision.getVerdict(), allowed));
      }
      if (!taken.getAt().isBefore(request.getExpiresAt())) {
        return Optional.of("was approved after its request had expired");
      }
      if (sent == null || sent.event.getSequence() < taken.getSequence()) {
        return Optional.of("was sent before it was approved");
      }
      return Optional.empty();
    }
    return Optional.of("names decision " + approval.getDecisionId() + ", which nobody took in");
  }

  private static String edited(ApprovalDecision decision) {
    try {
      return CanonicalJson.sha256(CanonicalJson.ofObject(String.valueOf(decision.getArguments())));
    } catch (MalformedJsonException e) {
      return "";
    }
  }

  /** A result belongs to a command that is on the topic, and is taken in after it was decided. */
  static void resultFollowsCommand(History history, BiConsumer<String, String> broken) {
    Map<String, String> commands = new HashMap<>();
    for (Said<ToolCall> command : history.all(ToolCall.class)) {
      commands.put(command.value().getCallId(), command.value().getTool());
    }
    Set<String> agents = new HashSet<>();
    for (Said<Task> task : history.all(Task.class)) {
      ParentCall parent = task.value().getParent();
      if (parent != null) {
        agents.add(parent.getCallId());
      }
    }
    for (Said<ToolResult> result : history.all(ToolResult.class)) {
      String call = result.value().getCallId();
      if (!agents.contains(call) && !result.value().getTool().equals(commands.get(call))) {
        broken.accept(call, "has a result at %s and no command".formatted(result.place()));
      }
    }
    Map<String, Decided> sent = decided(history, "CallTool");
    sent.putAll(decided(history, "StartAgent"));
    Calls.taken(history)
        .forEach(
            (call, all) -> {
              Decided decision = sent.get(call);
              for (Taken taken : all) {
                if (taken.open()
                    && (decision == null
                        || decision.event.getSequence() >= taken.event().getSequence())) {
                  broken.accept(
                      call,
                      "was answered in event %d before it was sent"
                          .formatted(taken.event().getSequence()));
                }
              }
            });
  }

  /** Of all results of a call one counts; what comes after it moves nothing. */
  static void oneAcceptedResult(History history, BiConsumer<String, String> broken) {
    Calls.taken(history)
        .forEach(
            (call, all) -> {
              long accepted = all.stream().filter(Taken::open).count();
              if (accepted > 1) {
                broken.accept(call, "has " + accepted + " accepted results");
              }
              for (Taken taken : all) {
                if (!taken.open() && !taken.event().getEffects().isEmpty()) {
                  broken.accept(
                      call,
                      "had its answer, and event %d acted on another"
                          .formatted(taken.event().getSequence()));
                }
              }
            });
  }

  /** No call has changed the world twice. */
  static void noEffectTwice(History history, BiConsumer<String, String> broken) {
    Map<String, Integer> counts = new HashMap<>();
    for (Effect effect : history.dump().effects()) {
      if (counts.merge(effect.call() + " of " + effect.tool(), 1, Integer::sum) == 2) {
        broken.accept(effect.call(), effect.tool() + " changed the world twice");
      }
    }
  }

  /** A call that was answered with success has changed the world. */
  static void successMeansEffect(History history, BiConsumer<String, String> broken) {
    Set<String> effective = new HashSet<>();
    for (Said<ToolDefinition> tool : history.all(ToolDefinition.class)) {
      if (!tool.value().getReadOnly() && tool.value().getAgent() == null) {
        effective.add(tool.value().getName());
      }
    }
    Set<String> changed = new HashSet<>();
    history.dump().effects().forEach(effect -> changed.add(effect.call()));
    Calls.taken(history)
        .forEach(
            (call, all) -> {
              for (Taken taken : all) {
                ToolResult result = taken.result().value();
                if (taken.open()
                    && result.getError() == null
                    && effective.contains(result.getTool())
                    && !changed.contains(call)) {
                  broken.accept(call, "%s said it had worked".formatted(result.getTool()));
                }
              }
            });
  }

  /** The world was changed only by calls that were sent. */
  static void effectWasCommanded(History history, BiConsumer<String, String> broken) {
    Map<String, String> commands = new HashMap<>();
    for (Said<ToolCall> command : history.all(ToolCall.class)) {
      commands.put(command.value().getCallId(), command.value().getTool());
    }
    for (Effect effect : history.dump().effects()) {
      if (!effect.tool().equals(commands.get(effect.call()))) {
        broken.accept(effect.call(), effect.tool() + " changed the world without a command");
      }
    }
  }
}
