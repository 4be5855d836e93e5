package dev.weirkeeper.system.chaos;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.workload.Job;
import dev.weirkeeper.system.workload.LoadDriver;
import dev.weirkeeper.system.workload.TopicTail;
import dev.weirkeeper.system.workload.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long the sessions of a planner stand still when it is killed and started again at once on its
 * own volume: from the kill to the first event that is written afterwards. The planner starts as
 * the image's processes do, from an archive of what it loads and links, made by a rehearsal before.
 *
 * @param guarantee of the planner
 * @param archived whether there is an archive; a class path with directories has none
 * @param gaps one for each restart
 */
public record RecoveryGap(String guarantee, boolean archived, List<Duration> gaps) {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration UNDER_LOAD = Duration.ofSeconds(3);
  private static final int AT_ONCE = 16;
  private static final int SESSIONS = 100_000;

  public RecoveryGap {
    gaps = gaps.stream().sorted().toList();
  }

  /** Kills and starts a planner under load, again and again. */
  public static RecoveryGap measure(Path data, String guarantee, int restarts)
      throws InterruptedException {
    Path archive = data.toAbsolutePath().resolve("planner.aot");
    rehearse(Workload.plan(data.resolve("rehearsal"), guarantee), archive);
    StackPlan plan =
        Workload.plan(data, guarantee).with(StackPlan.Kind.PLANNER, "-XX:AOTCache=" + archive);
    AtomicLong firstAfter = new AtomicLong(Long.MAX_VALUE);
    AtomicLong since = new AtomicLong(Long.MAX_VALUE);
    List<Duration> gaps = new ArrayList<>();
    try (ProcessStack stack = Workload.start(plan);
        Cluster cluster = Cluster.connect(stack.address());
        LoadDriver driver = new LoadDriver(cluster, AT_ONCE);
        TopicTail _ =
            TopicTail.start(
                cluster,
                cluster.topics().events().name(),
                record -> {
                  if (record.timestamp() > since.get()) {
                    firstAfter.accumulateAndGet(record.timestamp(), Math::min);
                  }
                })) {
      Thread load = Thread.ofVirtual().start(() -> load(driver));
      ServerProcess planner = stack.planners().getFirst();
      for (int i = 0; i < restarts; i++) {
        planner.awaitReady(PATIENCE);
        Thread.sleep(UNDER_LOAD);
        planner.kill();
        long killed = InstantSource.system().millis();
        firstAfter.set(Long.MAX_VALUE);
        since.set(killed);
        planner.start();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (firstAfter.get() == Long.MAX_VALUE && System.nanoTime() < end) {
          Thread.sleep(LOOK);
        }
        if (firstAfter.get() == Long.MAX_VALUE) {
          throw new IllegalStateException(
              "no event within %s after restart %d; the log of the planner is %s"
                  .formatted(PATIENCE, i + 1, planner.log()));
        }
        gaps.add(Duration.ofMillis(firstAfter.get() - killed));
      }
      load.interrupt();
      load.join();
    }
    return new RecoveryGap(guarantee, Files.exists(archive), gaps);
  }

  /** Runs a planner under load and stops it in order: its JVM writes the archive then. */
  private static void rehearse(StackPlan plan, Path archive) throws InterruptedException {
    StackPlan recorded = plan.with(StackPlan.Kind.PLANNER, "-XX:AOTCacheOutput=" + archive);
    try (ProcessStack stack = Workload.start(recorded);
        Cluster cluster = Cluster.connect(stack.address());
        LoadDriver driver = new LoadDriver(cluster, AT_ONCE)) {
      Thread load = Thread.ofVirtual().start(() -> load(driver));
      Thread.sleep(UNDER_LOAD);
      stack.planners().getFirst().stop(PATIENCE);
      load.interrupt();
      load.join();
    }
  }

  private static void load(LoadDriver driver) {
    List<Job> jobs =
        IntStream.range(0, SESSIONS)
            .mapToObj(i -> Workload.job("gap-" + i, Workload.Kind.PLAIN))
            .toList();
    try {
      driver.run(jobs, PATIENCE);
    } catch (InterruptedException e) {
      // The measurement is over.
      Thread.currentThread().interrupt();
    }
  }

  /** One line for machines; times in seconds. */
  public String json() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("guarantee", guarantee);
    json.put("archived", archived);
    json.put("restarts", gaps.size());
    json.put("median_s", gaps.get(gaps.size() / 2).toMillis() / 1e3);
    json.put("worst_s", gaps.getLast().toMillis() / 1e3);
    var all = json.putArray("gaps_s");
    gaps.forEach(gap -> all.add(gap.toMillis() / 1e3));
    return json.toString();
  }
}
