package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decide on requests: rightly, wrongly, twice, too late, in somebody else's name, or not at all.
 */
final class People {
  private final World world;
  private final Map<Partition, Integer> positions = new HashMap<>();
  private int decisions;

  People(World world) {
    this.world = world;
  }

  boolean look(Partition partition) {
    int position = positions.getOrDefault(partition, 0);
    if (!partition.log.readable(Topic.APPROVAL_REQUESTS, position, world.now)) {
      return false;
    }
    positions.put(partition, position + 1);
    Log.Entry entry = partition.log.of(Topic.APPROVAL_REQUESTS).get(position);
    AskPerson request = (AskPerson) entry.value();
    if (world.chance.oneIn(10)) {
      return true;
    }
    for (int people = world.chance.oneIn(6) ? 2 : 1; people > 0; people--) {
      Input.Decided decision = decide(request);
      long delay = world.chance.between(50, world.chance.oneIn(8) ? 60_000 : 1_500);
      for (int copies = world.chance.oneIn(8) ? 2 : 1; copies > 0; copies--) {
        world.append(
            Topic.APPROVAL_DECISIONS, entry.session(), decision, partition, world.now + delay);
      }
    }
    return true;
  }

  private Input.Decided decide(AskPerson request) {
    Chance chance = world.chance;
    String edited = "{\"q\":" + (10 + chance.below(3)) + "}";
    Verdict verdict =
        switch (chance.below(8)) {
          case 0, 1 -> new Verdict.Reject("no");
          case 2 -> new Verdict.Edit(edited, Provider.hash(edited));
          case 3 -> new Verdict.Answer("so and so");
          default -> request.question() ? new Verdict.Answer("so") : new Verdict.Approve();
        };
    String hash = chance.oneIn(8) ? "hash of other arguments" : request.arguments().hash();
    Optional<String> refusal =
        chance.oneIn(10) ? Optional.of("its signature does not fit") : Optional.empty();
    return new Input.Decided("d" + ++decisions, request.id(), hash, verdict, refusal);
  }
}
