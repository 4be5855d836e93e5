package dev.weirkeeper.system.check;

import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.ToolResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What the events say of tool calls, read without knowing how they are decided. */
final class Calls {

  private static final String TOOLS = "AwaitingTools";
  private static final String TIMEOUT = "call:";

  private Calls() {}

  /** A result that a session took in, and what it was to it. */
  record Taken(SessionEvent event, Said<ToolResult> result, boolean open) {}

  /** Calls that were sent and have no accepted answer, by session. */
  static Map<String, Set<String>> open(History history) {
    Map<String, Set<String>> open = new HashMap<>();
    walk(history, (_, _) -> {}, open);
    return open;
  }

  /** Every result that a session took in, by call. */
  static Map<String, List<Taken>> taken(History history) {
    Map<String, List<Taken>> taken = new LinkedHashMap<>();
    walk(
        history,
        (call, one) -> taken.computeIfAbsent(call, _ -> new java.util.ArrayList<>()).add(one),
        new HashMap<>());
    return taken;
  }

  private static void walk(
      History history, BiConsumer<String, Taken> each, Map<String, Set<String>> left) {
    for (String session : history.eventRecords().keySet()) {
      Set<String> open = new HashSet<>();
      for (SessionEvent event : history.events(session)) {
        Optional<Said<ToolResult>> result = result(history, event);
        if (result.isPresent()) {
          String call = result.get().value().getCallId();
          each.accept(call, new Taken(event, result.get(), open.remove(call)));
        }
        String timer = event.getTimer();
        if (timer != null && timer.startsWith(TIMEOUT)) {
          open.remove(timer.substring(TIMEOUT.length()));
        }
        if (!event.getState().equals(TOOLS)) {
          open.clear();
        }
        for (EffectSummary effect : event.getEffects()) {
          if (effect.getKind().equals("CallTool") || effect.getKind().equals("StartAgent")) {
            open.add(effect.getId());
          }
        }
      }
      left.put(session, open);
    }
  }

  /** The tool result that an event was decided on, if it was one. */
  private static Optional<Said<ToolResult>> result(History history, SessionEvent event) {
    InputRef ref = event.getInput();
    if (ref == null || !ref.getTopic().equals(history.topics().toolResults().name())) {
      return Optional.empty();
    }
    Optional<Said<?>> said =
        history.at(new Place(ref.getTopic(), ref.getPartition(), ref.getOffset()));
    if (said.isPresent() && said.get().value() instanceof ToolResult value) {
      return Optional.of(new Said<>(value, said.get().raw()));
    }
    return Optional.empty();
  }
}
