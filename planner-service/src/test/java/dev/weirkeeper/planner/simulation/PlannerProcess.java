package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.topology.PlannerClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One planner process: a clock of its own, and the model calls it makes. */
final class PlannerProcess {
  final String name;
  private final World world;
  private final Set<String> made = new HashSet<>();
  private final Map<String, Flight> flights = new LinkedHashMap<>();
  private Duration skew = Duration.ZERO;
  private PlannerClock clock;
  boolean alive = true;

  /** A model call under way. */
  private record Flight(Partition partition, String session, long ends, Provider.Outcome outcome) {}

  PlannerProcess(World world, String name) {
    this.world = world;
    this.name = name;
    this.clock = newClock();
  }

  private PlannerClock newClock() {
    return new PlannerClock(
        () -> Instant.ofEpochMilli(world.now).plus(skew), () -> world.now * 1_000_000);
  }

  Instant time() {
    return Instant.ofEpochMilli(clock.instant().toEpochMilli());
  }

  /** Somebody sets the machine's clock. */
  void setClock(Duration wrongBy) {
    skew = wrongBy;
  }

  boolean made(String callId) {
    return made.contains(callId);
  }

  void call(Owner owner, String session, CallModel call) {
    if (!made.add(call.id())) {
      return;
    }
    Provider.Outcome outcome = world.provider.call(call);
    long ends = world.now + world.chance.between(20, world.chance.oneIn(25) ? 90_000 : 700);
    flights.put(call.id(), new Flight(owner.partition, session, ends, outcome));
  }

  /** The planner no longer waits; what was used until then is told, as a lower bound. */
  void abandon(String callId) {
    Flight flight = flights.remove(callId);
    if (flight != null) {
      reply(flight, flight.outcome.cutOff());
    }
  }

  /** Calls that have come to their end are answered. */
  void answer() {
    for (Iterator<Flight> all = flights.values().iterator(); all.hasNext(); ) {
      Flight flight = all.next();
      if (flight.ends <= world.now) {
        all.remove();
        reply(flight, flight.outcome.reply());
      }
    }
  }

  private void reply(Flight flight, Input.Replied reply) {
    // The client's producer tries again when it is not told that a record arrived.
    for (int copies = world.chance.oneIn(15) ? 2 : 1; copies > 0; copies--) {
      world.append(Log.Topic.MODEL_REPLIES, flight.session, reply, flight.partition);
    }
  }

  boolean calling() {
    return !flights.isEmpty();
  }

  long nextAnswer() {
    return flights.values().stream().mapToLong(Flight::ends).min().orElse(Long.MAX_VALUE);
  }

  /** Calls that are not done when a planner is told to stop are cut off. */
  void stopCalls() {
    for (String callId : List.copyOf(flights.keySet())) {
      abandon(callId);
    }
  }

  /** Its calls die with it; what they cost is the provider's to know. */
  void die() {
    alive = false;
    flights.clear();
    made.clear();
  }

  void startAgain() {
    alive = true;
    made.clear();
    clock = newClock();
  }
}
