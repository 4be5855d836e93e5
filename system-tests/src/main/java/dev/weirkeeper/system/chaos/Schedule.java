package dev.weirkeeper.system.chaos;

import dev.weirkeeper.system.chaos.Fault.Victim;
import dev.weirkeeper.system.proxy.Weather;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The faults of a run, in their order. */
record Schedule(List<Fault> faults) {

  private static final int LONGEST_DOWN_MILLIS = 2_500;
  private static final int LONGEST_STILL_MILLIS = 14_000;
  private static final int LONGEST_STORM_MILLIS = 12_000;
  private static final int MOST_ECHOES = 20;

  private static final List<Victim> VICTIMS = List.of(Victim.values());
  private static final List<Victim> SERVICES =
      List.of(Victim.PLANNER, Victim.EXECUTOR, Victim.SINK);
  private static final List<Fault.Bad> BAD = List.of(Fault.Bad.values());

  /** Topics that services read: where echoes and bad records do harm, if they do. */
  static final List<String> READ =
      List.of(
          "tasks",
          "controls",
          "model-calls",
          "model-replies",
          "tool-calls.default",
          "tool-results",
          "approval-decisions",
          "budget-requests",
          "budget-grants");

  /** Where services may die; see {@link dev.weirkeeper.operations.failpoint.FailPoint}. */
  private static final Map<Victim, List<String>> POINTS =
      Map.of(
          Victim.PLANNER,
          List.of(
              "planner.input-read",
              "planner.journalled",
              "planner.decided",
              "planner.call-committed",
              "planner.reply-received",
              "planner.reply-written"),
          Victim.EXECUTOR,
          List.of(
              "executor.before-poll",
              "executor.delivered",
              "executor.claimed",
              "tool.effect-made",
              "executor.tool-returned",
              "executor.recorded",
              "executor.result-sent",
              "executor.acknowledged"),
          Victim.SINK,
          List.of("sink.before-commit", "sink.committed"));

  private static final List<String> LINKS =
      List.of(
          "planner-kafka",
          "executor-kafka",
          "sink-kafka",
          "planner-model",
          "executor-postgres",
          "sink-postgres",
          "services-registry");

  Schedule {
    faults = List.copyOf(faults);
  }

  /**
   * How much goes wrong.
   *
   * @param kills processes killed
   * @param freezes processes that stand still, some for longer than their sessions last
   * @param restarts processes told to stop
   * @param storms bad networks; needs proxies
   * @param bad repeated and unreadable records
   */
  record Amount(int kills, int freezes, int restarts, int storms, int bad) {

    /** Everything in proportion to kills. */
    static Amount around(int kills, boolean proxied) {
      return new Amount(
          kills,
          Math.ceilDiv(kills, 8),
          Math.ceilDiv(kills, 10),
          proxied ? Math.ceilDiv(kills, 5) : 0,
          Math.ceilDiv(kills, 3));
    }
  }

  /** Draws faults. */
  static Schedule of(long seed, Amount amount) {
    // Not the seed of the load: with another load the same faults come.
    Random random = new Random(seed * 31 + 7);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < amount.kills; i++) {
      Victim victim = victim(random, i);
      Duration down = millis(random, LONGEST_DOWN_MILLIS);
      List<String> points = POINTS.getOrDefault(victim, List.of());
      faults.add(
          points.isEmpty() || i < VICTIMS.size() || random.nextBoolean()
              ? new Fault.Kill(victim, random.nextInt(8), down)
              : new Fault.Die(victim, random.nextInt(8), point(random, points), down));
    }
    for (int i = 0; i < amount.freezes; i++) {
      Victim victim = SERVICES.get(random.nextInt(SERVICES.size()));
      faults.add(new Fault.Freeze(victim, random.nextInt(8), millis(random, LONGEST_STILL_MILLIS)));
    }
    for (int i = 0; i < amount.restarts; i++) {
      Victim victim = SERVICES.get(random.nextInt(SERVICES.size()));
      faults.add(new Fault.Restart(victim, random.nextInt(8)));
    }
    for (int i = 0; i < amount.storms; i++) {
      faults.add(storm(random));
    }
    for (int i = 0; i < amount.bad; i++) {
      String topic = READ.get(random.nextInt(READ.size()));
      faults.add(
          i % 2 == 0
              ? new Fault.Echo(topic, 1 + random.nextInt(MOST_ECHOES))
              : new Fault.Poison(topic, BAD.get(random.nextInt(BAD.size()))));
    }
    Collections.shuffle(faults, random);
    return new Schedule(faults);
  }

  /** The first kills go round, so that short runs have them all; the others as it comes. */
  private static Victim victim(Random random, int number) {
    if (number < VICTIMS.size()) {
      return VICTIMS.get(number);
    }
    int one = random.nextInt(100);
    if (one < 32) {
      return Victim.PLANNER;
    }
    if (one < 64) {
      return Victim.EXECUTOR;
    }
    if (one < 78) {
      return Victim.SINK;
    }
    if (one < 87) {
      return Victim.BROKER;
    }
    return one < 95 ? Victim.POSTGRES : Victim.REGISTRY;
  }

  /** Any of the next hits, now and then with time for what is under way to be sent. */
  private static String point(Random random, List<String> points) {
    return "%s:%d:%d"
        .formatted(
            points.get(random.nextInt(points.size())),
            1 + random.nextInt(12),
            random.nextBoolean() ? 0 : random.nextInt(40));
  }

  private static Fault storm(Random random) {
    String link = LINKS.get(random.nextInt(LINKS.size()));
    Duration lasts = millis(random, LONGEST_STORM_MILLIS);
    return switch (random.nextInt(4)) {
      case 0 -> new Fault.Reset(link);
      case 1 -> new Fault.Storm(link, new Weather.Silent(), lasts);
      case 2 -> new Fault.Storm(link, new Weather.Broken(), lasts);
      default ->
          new Fault.Storm(
              link, new Weather.Slow(Duration.ofMillis(100), Duration.ofMillis(200)), lasts);
    };
  }

  private static Duration millis(Random random, int most) {
    return Duration.ofMillis(random.nextInt(most));
  }
}
