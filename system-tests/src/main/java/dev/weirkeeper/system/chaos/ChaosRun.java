package dev.weirkeeper.system.chaos;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.system.check.Checker;
import dev.weirkeeper.system.check.Dump;
import dev.weirkeeper.system.check.DumpFile;
import dev.weirkeeper.system.check.Dumper;
import dev.weirkeeper.system.check.Summary;
import dev.weirkeeper.system.check.Violation;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.workload.Job;
import dev.weirkeeper.system.workload.LoadDriver;
import dev.weirkeeper.system.workload.Person;
import dev.weirkeeper.system.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: a stack, a load, faults while it works, and the judgement. */
public final class ChaosRun {

  private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);

  /** Without a single result for so long, what is still open is lost. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Between two faults if the load stands still. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(12);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(300);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration STOP = Duration.ofSeconds(40);
  private static final Duration CATCH_UP = Duration.ofSeconds(90);

  private final ChaosPlan plan;

  private ChaosRun(ChaosPlan plan) {
    this.plan = plan;
  }

  /** Where a run leaves its dump. */
  public static Path dumpIn(Path data) {
    return data.resolve("dump.jsonl.gz");
  }

  /** Deletes what a run left behind. */
  public static void delete(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Runs a plan. What it leaves behind stays in the plan's directory, the dump included. */
  public static ChaosReport run(ChaosPlan plan) throws InterruptedException {
    try (ProcessStack stack = Workload.start(plan.stack())) {
      return new ChaosRun(plan).run(stack);
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("what the run left behind can't be read", e);
    }
  }

  private ChaosReport run(ProcessStack stack)
      throws InterruptedException, IOException, SQLException {
    long start = System.nanoTime();
    List<Job> jobs = Workload.jobs("s" + plan.seed(), plan.seed(), plan.sessions());
    Job approved = Workload.job("s" + plan.seed() + "-approved", Workload.Kind.ONE_WIPE);
    try (Cluster cluster = Cluster.connect(stack.address())) {
      Breaker breaker = new Breaker(stack, cluster, plan.seed());
      List<Job> missing;
      int submitted;
      try (Person person = Person.at(cluster, plan.seed());
          LoadDriver driver = new LoadDriver(cluster, plan.atOnce());
          ExecutorService threads = Executors.newSingleThreadExecutor()) {
        CompletableFuture<Void> faults =
            CompletableFuture.runAsync(() -> breakThings(breaker, driver, jobs.size()), threads);
        missing = driver.run(jobs, PATIENCE);
        faults.get();
        if (driver.submitted() < jobs.size()) {
          breaker
              .troubles()
              .add(
                  "%d tasks were not submitted: nothing ended for %s"
                      .formatted(jobs.size() - driver.submitted(), PATIENCE));
        }
        missing = missing.isEmpty() ? missing : driver.await(PATIENCE);
        if (missing.isEmpty()) {
          // On a slow machine every approval of the load may have come too late.
          person.approvesAll();
          missing = driver.run(List.of(approved), PATIENCE);
        }
        submitted = driver.submitted();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the faults could not be done", e.getCause());
      }
      missing.forEach(job -> LOG.error("no result: {}", job));
      Dump dump = dump(stack, cluster, breaker);
      DumpFile.write(dump, dumpIn(plan.data()));
      List<Violation> violations = Checker.check(dump);
      Summary summary = Summary.of(dump);
      return new ChaosReport(
          plan,
          (System.nanoTime() - start) / 1e9,
          submitted,
          summary.ends(),
          breaker.done(),
          breaker.troubles(),
          summary.counts(),
          violations);
    }
  }

  /** Spreads the faults over the progress of the load. */
  private void breakThings(Breaker breaker, LoadDriver driver, int tasks) {
    List<Fault> faults =
        Schedule.of(plan.seed(), Schedule.Amount.around(plan.kills(), plan.network())).faults();
    try {
      for (int i = 0; i < faults.size(); i++) {
        long due = (long) tasks * (i + 1) / (faults.size() + 1);
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        Thread.sleep(SHORTEST_WAIT);
        while (driver.submitted() - driver.open() < due && System.nanoTime() < end) {
          Thread.sleep(LOOK);
        }
        breaker.apply(faults.get(i));
      }
      breaker.mend();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets everything be written and read, then stops whatever writes. */
  private Dump dump(ProcessStack stack, Cluster cluster, Breaker breaker)
      throws InterruptedException, IOException, SQLException {
    List<ServerProcess> writers = new ArrayList<>(stack.planners());
    writers.addAll(stack.executors());
    stop(writers);
    Dumper dumper = new Dumper(cluster, stack.databaseUrl());
    dumper
        .awaitStore(CATCH_UP)
        .forEach(behind -> breaker.troubles().add("the audit store is behind: " + behind));
    stop(stack.sinks());
    return dumper.take(plan.exactlyOnce(), stack.charges());
  }

  private static void stop(List<ServerProcess> processes) throws InterruptedException {
    List<Thread> stopping = new ArrayList<>();
    for (ServerProcess process : processes) {
      stopping.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      process.stop(STOP);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread thread : stopping) {
      thread.join();
    }
  }
}
