package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.system.process.ModelServer;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The sessions of a run, and the stack they run on. */
public final class Workload {

  /** A tenant whose budget is too small for all its sessions. */
  public static final String TIGHT = "tight";

  /** What a tenant called {@link #TIGHT} may spend on a day, in billionths of a US dollar. */
  public static final long TIGHT_NANO_USD = 300_000_000;

  private static final String ROOMY = "roomy";
  private static final int MOST_CANCEL_MILLIS = 6_000;

  /** What a session does. The number is its share. */
  public enum Kind {
    /** Three reads, one after the other. */
    PLAIN(4),
    /** Reads and effects side by side. */
    PARALLEL(4),
    /** One effect of each kind: safe by its key, not safe, safe by asking. */
    EFFECTS(4),
    /** Two calls that need a person, beside one that does not. */
    APPROVAL(3),
    /** Calls that outlive their locks. */
    LONG(1),
    /** Cancelled while its calls run, or before, or after. */
    CANCELLED(2),
    /** Two sub-agents. */
    FAMILY(2),
    /** Declared steps that no model decides. */
    CHAIN(2),
    /** A model that takes its time. */
    SLOW(2),
    /** A provider that fails first. */
    FLAKY(1),
    /** Spends from a daily budget that does not last for all. */
    TIGHT_BUDGET(2),
    /** Two tasks in one session, the second while the first runs. */
    TWO_TASKS(2),
    /** One effect that is safe to repeat by its key. */
    ONE_CREDIT(0),
    /** One effect that is not safe to repeat. */
    ONE_LETTER(0),
    /** One effect that can be asked about. */
    ONE_SEAT(0),
    /** One effect that needs a person. */
    ONE_WIPE(0),
    /** One call that has a second to answer; the text is what the model was told. */
    ONE_BLINK(0);

    private final int share;

    Kind(int share) {
      this.share = share;
    }
  }

  private Workload() {}

  /** A plan for a stack that can do this work. */
  public static StackPlan plan(Path data, String guarantee) {
    Path file = data.toAbsolutePath().resolve("scenario.yaml");
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, resource("scenario.yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the scenario to " + file, e);
    }
    return StackPlan.small(
            data, new ModelServer.Rehearsal(file), ChaosExecutor.class, resource("agents.yaml"))
        .withFailPoints()
        .with(StackPlan.Kind.EXECUTOR, "world.url", "{postgres}")
        // Short enough that a run sees many of them end.
        .with(StackPlan.Kind.EXECUTOR, "executor.journal.lease", "6s")
        .with(StackPlan.Kind.PLANNER, "planner.guarantee", guarantee)
        .with(StackPlan.Kind.PLANNER, "planner.handover-grace", "3s")
        .with(StackPlan.Kind.PLANNER, "provider.first-wait", "100ms")
        .with(StackPlan.Kind.PLANNER, "provider.silence-timeout", "10s")
        .with(StackPlan.Kind.SINK, "audit.root-interval", "5s");
  }

  /** Starts a stack and puts into it what the work needs. */
  public static ProcessStack start(StackPlan plan) throws InterruptedException {
    ProcessStack stack = ProcessStack.start(plan);
    try (Cluster cluster = Cluster.connect(stack.address())) {
      World.create(stack.databaseUrl());
      ShareLocks.shorten(cluster, Duration.ofSeconds(6));
      cluster.write(
          cluster.topics().tenants(),
          List.of(
              new Cluster.Keyed<>(
                  TIGHT,
                  TenantDefinition.newBuilder()
                      .setName(TIGHT)
                      .setMaxCostPerDayNanoUsd(TIGHT_NANO_USD)
                      .build())));
      cluster.write(cluster.topics().tools(), List.of(new Cluster.Keyed<>("ask_helper", helper())));
      return stack;
    } catch (SQLException e) {
      stack.close();
      throw new IllegalStateException("the world could not be created", e);
    } catch (RuntimeException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  private static ToolDefinition helper() {
    return ToolDefinition.newBuilder()
        .setName("ask_helper")
        .setVersion("1")
        .setDescription("Asks a helper to do a task.")
        .setInputSchema(
            "{\"properties\":{\"task\":{\"type\":\"string\"}},\"required\":[\"task\"],"
                + "\"type\":\"object\"}")
        .setAgent("helper")
        .setTimeoutMs(120_000)
        .build();
  }

  /**
   * The tasks of so many sessions, in the order of their submission.
   *
   * @param prefix of every session's id: runs on the same stack must differ
   */
  public static List<Job> jobs(String prefix, long seed, int sessions) {
    Random random = new Random(seed);
    List<Kind> urn = new ArrayList<>();
    List<Kind> kinds = mixed();
    for (Kind kind : kinds) {
      for (int i = 0; i < kind.share; i++) {
        urn.add(kind);
      }
    }
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      // The first sessions are one of each kind, so that short runs have them all.
      Kind kind = i < kinds.size() ? kinds.get(i) : urn.get(random.nextInt(urn.size()));
      String session = "%s-%04d".formatted(prefix, i);
      jobs.addAll(jobs(session, kind, random));
    }
    return jobs;
  }

  /** The kinds that a mixed load has. */
  public static List<Kind> mixed() {
    return Arrays.stream(Kind.values()).filter(kind -> kind.share > 0).toList();
  }

  /** The task of a session of one kind. */
  public static Job job(String session, Kind kind) {
    return jobs(session, kind, new Random(0)).getFirst();
  }

  private static List<Job> jobs(String session, Kind kind, Random random) {
    boolean twice = random.nextInt(8) == 0;
    Optional<Duration> cancelled =
        kind == Kind.CANCELLED
            ? Optional.of(Duration.ofMillis(random.nextInt(MOST_CANCEL_MILLIS)))
            : Optional.empty();
    String word =
        switch (kind) {
          case TIGHT_BUDGET, TWO_TASKS -> "plain";
          case CHAIN -> "chain";
          default -> kind.name().toLowerCase(Locale.ROOT);
        };
    String text = kind == Kind.CHAIN ? session : "chaos %s %s".formatted(session, word);
    Job first =
        new Job(
            session,
            "t1",
            kind,
            text,
            kind == Kind.CHAIN ? "chain" : "chaos",
            kind == Kind.TIGHT_BUDGET ? TIGHT : ROOMY,
            cancelled,
            twice);
    if (kind != Kind.TWO_TASKS) {
      return List.of(first);
    }
    return List.of(
        first,
        new Job(
            session,
            "t2",
            kind,
            "chaos %s effects".formatted(session),
            "chaos",
            ROOMY,
            Optional.empty(),
            false));
  }

  /** How many of each kind there are among jobs. */
  public static Map<Kind, Long> mix(List<Job> jobs) {
    return jobs.stream()
        .collect(
            java.util.stream.Collectors.groupingBy(
                Job::kind, java.util.TreeMap::new, java.util.stream.Collectors.counting()));
  }

  private static String resource(String name) {
    try (InputStream file = Workload.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException(name + " is missing beside " + Workload.class);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
