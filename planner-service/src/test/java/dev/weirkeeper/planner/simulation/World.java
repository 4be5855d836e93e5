package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Task;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** All there is at one moment. */
final class World {
  /** Milliseconds since 1970; nine in the evening, so that a day ends now and then. */
  long now = 1_793_739_600_000L;

  final Chance chance;
  final boolean exactlyOnce;
  final List<Partition> partitions = List.of(new Partition(), new Partition());
  final Provider provider = new Provider(this);
  final Executors executors = new Executors(this);
  final People people = new People(this);
  final Tenants tenants = new Tenants(this);
  final Invariants invariants = new Invariants(this);
  final List<PlannerProcess> processes;
  final Set<String> frozen = new HashSet<>();
  private final Map<Partition, Owner> owners = new LinkedHashMap<>();
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private final Map<String, String> sessionOf = new HashMap<>();
  private final Map<String, String> parentTasks = new HashMap<>();
  private long lastCommit = now;
  private long trace;
  private int steps;

  World(long seed) {
    chance = new Chance(seed);
    exactlyOnce = chance.oneIn(2);
    processes = List.of(new PlannerProcess(this, "a"), new PlannerProcess(this, "b"));
  }

  // The log

  Partition partition(String session) {
    return partitions.get(Math.floorMod(session.hashCode(), partitions.size()));
  }

  /** A planner's record; it goes where its session is. */
  void write(Topic topic, String session, Object value, Partition from) {
    append(topic, session, value, session.isEmpty() ? from : partition(session));
  }

  void append(Topic topic, String session, Object value, Partition partition) {
    append(topic, session, value, partition, now + delay());
  }

  void append(Topic topic, String session, Object value, Partition partition, long visible) {
    if (topic == Topic.TASKS && value instanceof Input.Submitted(Task task)) {
      tasks.put(task.id(), task);
      sessionOf.put(task.id(), session);
    }
    partition.log.append(topic, session, value, visible);
  }

  private long delay() {
    return chance.oneIn(20) ? chance.between(0, 3_000) : chance.between(0, 30);
  }

  // Tasks

  Task subTask(StartAgent start) {
    Task task =
        Program.subTask(
            start.id(),
            start.tenant(),
            start.maxCost(),
            start.maxSteps(),
            start.maxTokens(),
            Duration.between(start.at(), start.deadline()).plusMillis(1),
            tenants.governed(start.tenant()));
    tasks.putIfAbsent(task.id(), task);
    sessionOf.putIfAbsent(task.id(), start.id());
    parentTasks.put(start.id(), start.taskId());
    return task;
  }

  Task task(String id) {
    return Objects.requireNonNull(tasks.get(id), id);
  }

  String sessionOf(String taskId) {
    return Objects.requireNonNull(sessionOf.get(taskId), taskId);
  }

  /** Tasks that came to their topic. */
  Set<String> tasks() {
    Set<String> submitted = new HashSet<>();
    for (Partition partition : partitions) {
      for (Log.Entry entry : partition.log.of(Topic.TASKS)) {
        submitted.add(((Input.Submitted) entry.value()).task().id());
      }
    }
    return submitted;
  }

  /** The session whose call a sub-agent's session, or task, is named after. */
  Optional<String> parentOf(String child) {
    int index = child.lastIndexOf('/');
    int turn = index < 0 ? -1 : child.lastIndexOf('/', index - 1);
    return turn < 0 ? Optional.empty() : Optional.of(child.substring(0, turn));
  }

  Optional<String> parentTask(String taskId) {
    return Optional.ofNullable(parentTasks.get(taskId));
  }

  // Planners

  Collection<Owner> owners() {
    return owners.values();
  }

  Optional<Owner> ownerOf(Partition partition) {
    return Optional.ofNullable(owners.get(partition));
  }

  void takeOver(Partition partition, PlannerProcess process) {
    owners.put(partition, new Owner(this, partition, process));
  }

  void giveUp(Partition partition) {
    Owner owner = owners.remove(partition);
    if (owner != null) {
      owner.close();
    }
  }

  void kill(PlannerProcess process) {
    for (Partition partition : partitions) {
      Owner owner = owners.get(partition);
      if (owner != null && owner.process == process) {
        owner.die();
        owners.remove(partition);
      }
    }
    process.die();
  }

  void commitAll() {
    owners.values().forEach(Owner::commit);
    lastCommit = now;
  }

  // Time

  /** Time passes; what may not stay uncommitted for so long is committed first. */
  void pass(long millis) {
    if (now + millis - lastCommit > Owner.COMMITTED_WITHIN.toMillis() / 2) {
      commitAll();
      lastCommit = now + millis;
    }
    now += millis;
  }

  // The trace

  void decided(Decision decision) {
    steps++;
    trace = 31 * trace + decision.reason().hashCode() + decision.kind().name().hashCode();
    trace = 31 * trace + now;
  }

  /** Differs, but for the odd coincidence, where any decision does. */
  long trace() {
    return 31 * trace + chargedInAll();
  }

  private long chargedInAll() {
    long sum = 0;
    for (Partition partition : partitions) {
      for (Log.Entry entry : partition.log.of(Topic.MODEL_REPLIES)) {
        sum = 31 * sum + entry.visible();
      }
    }
    return sum;
  }

  int steps() {
    return steps;
  }
}
