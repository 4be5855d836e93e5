package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/** Run each tool call once, in their own time, and answer it never, once or twice. */
final class Executors {
  private final World world;
  private final Map<Partition, Integer> positions = new HashMap<>();
  private final Map<String, Input.Completed> journal = new HashMap<>();
  private final PriorityQueue<Work> underWay =
      new PriorityQueue<>((a, b) -> Long.compare(a.ends, b.ends));

  private record Work(Partition partition, String session, Input.Completed result, long ends) {}

  Executors(World world) {
    this.world = world;
  }

  boolean take(Partition partition) {
    int position = positions.getOrDefault(partition, 0);
    if (!partition.log.readable(Topic.TOOL_CALLS, position, world.now)) {
      return false;
    }
    // A lock that is lost before the call is acknowledged brings it once more.
    if (!world.chance.oneIn(20)) {
      positions.put(partition, position + 1);
    }
    Log.Entry entry = partition.log.of(Topic.TOOL_CALLS).get(position);
    run(partition, entry.session(), (CallTool) entry.value());
    return true;
  }

  private void run(Partition partition, String session, CallTool call) {
    Input.Completed known = journal.get(call.id());
    if (known == null) {
      world.invariants.executed(session, call);
      known =
          new Input.Completed(
              call.id(), world.chance.oneIn(8), NanoUsd.ZERO, NanoUsd.ZERO, TokenUsage.NONE, 0);
      journal.put(call.id(), known);
    }
    if (world.chance.oneIn(30)) {
      return;
    }
    long time = world.chance.oneIn(30) ? 200_000 : 600;
    underWay.add(new Work(partition, session, known, world.now + world.chance.between(5, time)));
  }

  void finish() {
    while (!underWay.isEmpty() && underWay.peek().ends <= world.now) {
      Work done = underWay.remove();
      for (int copies = world.chance.oneIn(12) ? 2 : 1; copies > 0; copies--) {
        world.append(Topic.TOOL_RESULTS, done.session, done.result, done.partition);
      }
    }
  }

  boolean working() {
    return !underWay.isEmpty();
  }

  long nextResult() {
    return underWay.isEmpty() ? Long.MAX_VALUE : underWay.peek().ends;
  }
}
