package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.Given;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One world from its seed to the end of all its tasks. At first anything can happen at any moment,
 * a crash between any two effects included; then nobody disturbs it any more, and all that was
 * begun must come to an end.
 */
final class Simulation {
  /** More than any world needs to come to rest. */
  private static final int PATIENCE = 4_000;

  private static final long A_DAY = Duration.ofHours(20).toMillis();

  private final World world;
  private final Chance chance;
  private final List<String> sessions = new ArrayList<>();
  private int controls;

  /**
   * What came of a world.
   *
   * @param trace the same for the same seed, and for no other but by coincidence
   * @param steps decisions made
   */
  record Report(long trace, int steps, int tasks, boolean exactlyOnce) {}

  private Simulation(long seed) {
    world = new World(seed);
    chance = world.chance;
  }

  /**
   * Runs a world.
   *
   * @throws Violation if an invariant does not hold
   */
  static Report run(long seed) {
    Simulation simulation = new Simulation(seed);
    simulation.begin();
    for (int acts = simulation.chance.below(300) + 60; acts > 0; acts--) {
      simulation.act();
    }
    simulation.comeToRest();
    simulation.world.invariants.atTheEnd();
    World world = simulation.world;
    return new Report(world.trace(), world.steps(), world.tasks().size(), world.exactlyOnce);
  }

  private void begin() {
    for (String tenant : List.of("acme", "zen")) {
      if (chance.oneIn(2)) {
        world.tenants.limits.put(tenant, Given.usd(chance.either("$0.03", "$0.1", "$0.5", "$3")));
      }
    }
    for (int i = 1 + chance.below(3); i > 0; i--) {
      sessions.add("s" + i);
    }
    for (Partition partition : world.partitions) {
      world.takeOver(partition, chance.of(world.processes));
    }
    for (int tasks = 1 + chance.below(3); tasks > 0; tasks--) {
      submit();
    }
  }

  private void submit() {
    String session = chance.of(sessions);
    String tenant = session.equals("s2") ? "zen" : "acme";
    String id = session + "-t" + (world.tasks().size() + 1);
    Input task =
        new Input.Submitted(Program.task(chance, id, tenant, world.tenants.governed(tenant)));
    for (int copies = chance.oneIn(10) ? 2 : 1; copies > 0; copies--) {
      world.append(Topic.TASKS, session, task, world.partition(session));
    }
  }

  // Anything can happen

  private void act() {
    int what = chance.below(100);
    if (what < 52) {
      read();
    } else if (what < 62) {
      owner().ifPresent(Owner::commit);
    } else if (what < 66) {
      owner().ifPresent(Owner::tick);
    } else if (what < 72) {
      world.executors.take(chance.of(world.partitions));
      world.executors.finish();
    } else if (what < 77) {
      world.people.look(chance.of(world.partitions));
    } else if (what < 82) {
      world.tenants.answer(chance.of(world.partitions));
    } else if (what < 87) {
      world.processes.forEach(PlannerProcess::answer);
    } else if (what < 94) {
      world.pass(chance.between(1, 800));
    } else {
      disturb();
    }
    world.pass(chance.below(20));
  }

  private void disturb() {
    switch (chance.below(12)) {
      case 0, 1 -> crash();
      case 2 -> move();
      case 3 -> stop();
      case 4 -> chance.of(world.processes).setClock(skew());
      case 5 -> world.pass(chance.oneIn(15) ? A_DAY : chance.between(500, 12_000));
      case 6, 7 -> submit();
      case 8 -> control(chance.either("cancel", "pause", "resume", "resume"));
      case 10 -> {
        if (chance.oneIn(15)) {
          world.frozen.add(chance.either("acme", "zen"));
        }
      }
      default -> somebodyTakesOver();
    }
  }

  private Duration skew() {
    return Duration.ofSeconds(chance.either(-3_600, -600, 0, 5, 600, 3_600));
  }

  private void read() {
    owner()
        .ifPresent(
            owner -> {
              List<Topic> topics = owner.readable();
              if (topics.isEmpty()) {
                somebodyTakesOver();
                return;
              }
              owner.read(chance.of(topics));
              if (!world.exactlyOnce && chance.oneIn(2)) {
                owner.someArrives(1 + chance.below(6));
              }
            });
  }

  private Optional<Owner> owner() {
    return world.ownerOf(chance.of(world.partitions));
  }

  private void crash() {
    PlannerProcess process = chance.of(world.processes);
    world.kill(process);
    process.startAgain();
  }

  /** A partition goes to the other planner, or back to the same, in an orderly way. */
  private void move() {
    Partition partition = chance.of(world.partitions);
    world.giveUp(partition);
    world.takeOver(partition, chance.of(world.processes));
  }

  /** A planner is told to stop: it hands its partitions over, and its calls end or are cut off. */
  private void stop() {
    PlannerProcess process = chance.of(world.processes);
    for (Partition partition : world.partitions) {
      if (world.ownerOf(partition).map(owner -> owner.process == process).orElse(false)) {
        world.giveUp(partition);
      }
    }
    if (chance.oneIn(2)) {
      process.stopCalls();
      process.startAgain();
    }
  }

  private void somebodyTakesOver() {
    for (Partition partition : world.partitions) {
      if (world.ownerOf(partition).isEmpty()) {
        world.takeOver(partition, chance.of(world.processes));
      }
    }
  }

  private void control(String what) {
    String session = chance.of(sessions);
    Optional<String> task =
        what.equals("cancel") && chance.oneIn(2)
            ? Optional.of(session + "-t" + (1 + chance.below(4)))
            : Optional.empty();
    Input control = new Input.Control(what, "c" + ++controls, task);
    for (int copies = chance.oneIn(6) ? 2 : 1; copies > 0; copies--) {
      world.append(Topic.CONTROLS, session, control, world.partition(session));
    }
  }

  // Nothing happens any more

  private void comeToRest() {
    somebodyTakesOver();
    for (int patience = PATIENCE; patience > 0; patience--) {
      boolean busy = false;
      world.processes.forEach(PlannerProcess::answer);
      world.executors.finish();
      for (Partition partition : world.partitions) {
        busy |= world.executors.take(partition);
        busy |= world.people.look(partition);
        busy |= world.tenants.answer(partition);
      }
      for (Owner owner : world.owners()) {
        List<Topic> topics = owner.readable();
        if (!topics.isEmpty()) {
          owner.read(chance.of(topics));
          busy = true;
        }
        if (owner.waitsToArrive() && (topics.isEmpty() || chance.oneIn(4))) {
          owner.commit();
          busy = true;
        }
        owner.tick();
      }
      if (!busy) {
        long next = next();
        if (next == Long.MAX_VALUE) {
          world.commitAll();
          return;
        }
        world.pass(Math.max(1, next - world.now));
      }
    }
    throw new Violation("I10", "after " + PATIENCE + " rounds there is still something under way");
  }

  /** When something will happen by itself. */
  private long next() {
    long next = world.executors.nextResult();
    for (PlannerProcess process : world.processes) {
      next = Math.min(next, process.nextAnswer());
    }
    for (Partition partition : world.partitions) {
      for (Topic topic : Topic.values()) {
        next = Math.min(next, partition.log.nextVisible(topic, world.now));
      }
    }
    for (Owner owner : world.owners()) {
      Optional<Instant> alarm = owner.nextAlarm();
      if (alarm.isPresent()) {
        Duration wait = Duration.between(owner.process.time(), alarm.get());
        next = Math.min(next, world.now + Math.max(1, wait.toMillis()));
      }
    }
    return next;
  }
}
