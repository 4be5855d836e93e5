package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.system.check.Checker;
import dev.weirkeeper.system.check.Dump;
import dev.weirkeeper.system.check.Dumper;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.workload.Job;
import dev.weirkeeper.system.workload.LoadDriver;
import dev.weirkeeper.system.workload.Person;
import dev.weirkeeper.system.workload.Workload;
import dev.weirkeeper.wire.TaskResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A stack with somebody who decides and somebody who submits. */
final class Scene implements AutoCloseable {

  static final Duration READY = Duration.ofMinutes(3);
  static final Duration ANSWER = Duration.ofMinutes(4);
  private static final Duration STOP = Duration.ofSeconds(40);

  final ProcessStack stack;
  final Cluster cluster;
  final LoadDriver driver;
  private final Path data;
  private final boolean exactlyOnce;
  private Person person;

  private Scene(Path data, ProcessStack stack, boolean exactlyOnce) throws InterruptedException {
    this.data = data;
    this.stack = stack;
    this.exactlyOnce = exactlyOnce;
    this.cluster = Cluster.connect(stack.address());
    this.person = Person.at(cluster, 1);
    this.driver = new LoadDriver(cluster, 64);
  }

  /**
   * Starts a stack.
   *
   * @param guarantee {@code exactly-once} or {@code at-least-once}
   */
  static Scene open(String guarantee, UnaryOperator<StackPlan> plan)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("weir-scene-");
    return new Scene(
        data,
        Workload.start(plan.apply(Workload.plan(data, guarantee))),
        guarantee.equals("exactly-once"));
  }

  ServerProcess planner() {
    return stack.planners().getFirst();
  }

  ServerProcess executor() {
    return stack.executors().getFirst();
  }

  ServerProcess sink() {
    return stack.sinks().getFirst();
  }

  /** From now on nobody decides. */
  void sendThePersonAway() {
    person.close();
  }

  /** Somebody decides again. */
  void callThePersonBack() {
    person = Person.at(cluster, 1);
  }

  /** Sessions of one kind, submitted. */
  List<Job> submit(String prefix, Workload.Kind kind, int sessions) {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      Job job = Workload.job(prefix + "-" + i, kind);
      driver.submit(job);
      jobs.add(job);
    }
    return jobs;
  }

  /** Waits until every submitted task has its result. */
  void awaitResults() throws InterruptedException {
    assertThat(driver.await(ANSWER)).isEmpty();
  }

  TaskResult result(Job job) {
    return driver.result(job.session(), job.task()).orElseThrow();
  }

  /** How often calls of a session, its sub-agents' included, changed the world. */
  int effects(String session) throws SQLException {
    try (Connection connection = DriverManager.getConnection(stack.databaseUrl());
        PreparedStatement count =
            connection.prepareStatement("SELECT count(*) FROM world.effect WHERE call_id LIKE ?")) {
      count.setString(1, session + "/%");
      try (ResultSet row = count.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Stops whoever writes and checks that every promise was kept. */
  Dump judge() throws Exception {
    // A late decision would be written after the store was looked at.
    sendThePersonAway();
    for (ServerProcess process : stack.all()) {
      process.awaitReady(READY);
    }
    for (ServerProcess planner : stack.planners()) {
      planner.stop(STOP);
    }
    for (ServerProcess executor : stack.executors()) {
      executor.stop(STOP);
    }
    Dumper dumper = new Dumper(cluster, stack.databaseUrl());
    assertThat(dumper.awaitStore(ANSWER)).isEmpty();
    sink().stop(STOP);
    Dump dump = dumper.take(exactlyOnce, stack.charges());
    assertThat(Checker.check(dump)).isEmpty();
    return dump;
  }

  @Override
  public void close() throws IOException {
    driver.close();
    person.close();
    cluster.close();
    stack.close();
    ChaosRun.delete(data);
  }
}
