package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.system.check.Dump;
import dev.weirkeeper.system.check.Summary;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.workload.Job;
import dev.weirkeeper.system.workload.Workload;
import dev.weirkeeper.system.workload.Workload.Kind;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Rows of the failure contract that need a whole system, each by its name. On demand, since they
 * take minutes: {@code mvn verify -pl system-tests -am -Dchaos.rows=true -Dtest=FailureRowsTest
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@EnabledIfSystemProperty(named = "chaos.rows", matches = "true")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FailureRowsTest {

  private static final int SESSIONS = 20;
  private static final int POSTGRES_RESTARTS = Integer.getInteger("chaos.postgres-restarts", 3);
  private static final Duration STOP = Duration.ofSeconds(60);

  private static Scene scene;

  @BeforeAll
  static void start() throws Exception {
    scene =
        Scene.open(
            System.getProperty("chaos.guarantee", "exactly-once"),
            plan ->
                plan.with(new StackPlan.Scale(4, 1, 2, 1))
                    // Nobody is lost in a planned move, so nobody is given up early.
                    .with(StackPlan.Kind.PLANNER, "planner.handover-grace", "60s"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (scene != null) {
      scene.close();
    }
  }

  @Order(1)
  @Test
  void F3_planners_scaled_from_one_to_three_and_back_lose_nothing_and_repeat_no_model_call()
      throws Exception {
    List<Job> jobs = new ArrayList<>(scene.submit("f3-a", Kind.SLOW, SESSIONS));
    ServerProcess second = scene.stack.addPlanner();
    ServerProcess third = scene.stack.addPlanner();
    second.start();
    third.start();
    second.awaitReady(Scene.READY);
    third.awaitReady(Scene.READY);
    jobs.addAll(scene.submit("f3-b", Kind.SLOW, SESSIONS));
    second.stop(STOP);
    jobs.addAll(scene.submit("f3-c", Kind.SLOW, SESSIONS));
    third.stop(STOP);

    scene.awaitResults();

    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE));
    // Two calls a session, each made once and none given up.
    assertThat(jobs)
        .allSatisfy(job -> assertThat(scene.result(job).getUnsettledNanoUsd()).isZero());
    long charged =
        Files.readAllLines(scene.stack.charges()).stream()
            .filter(line -> line.contains("chaos f3-"))
            .count();
    assertThat(charged).isEqualTo(2L * jobs.size());
    second.start();
    third.start();
  }

  @Order(2)
  @Test
  void F6_calls_that_outlive_their_lock_keep_no_fast_ones_waiting_and_run_once() throws Exception {
    List<Job> fast = scene.submit("f6-alone", Kind.PLAIN, SESSIONS);
    scene.awaitResults();
    long alone = slowest(fast);
    List<Job> slow = scene.submit("f6-slow", Kind.LONG, 8);

    fast = scene.submit("f6-beside", Kind.PLAIN, SESSIONS);
    scene.awaitResults();

    assertThat(slow).allSatisfy(job -> assertThat(scene.effects(job.session())).isEqualTo(1));
    // The slow calls take 6 s each; none of the fast sessions waits for one.
    assertThat(slowest(fast)).isLessThan(Math.max(3 * alone, alone + 4_000));
  }

  private static long slowest(List<Job> jobs) {
    return jobs.stream()
        .map(scene::result)
        .mapToLong(
            result -> Duration.between(result.getAcceptedAt(), result.getEndedAt()).toMillis())
        .max()
        .orElseThrow();
  }

  @Order(3)
  @Test
  void F9_every_kind_of_bad_record_on_every_topic_is_put_aside_and_the_partition_goes_on()
      throws Exception {
    Breaker breaker = new Breaker(scene.stack, scene.cluster, 9);
    for (String topic : Schedule.READ) {
      for (Fault.Bad bad : Fault.Bad.values()) {
        breaker.apply(new Fault.Poison(topic, bad));
      }
    }

    List<Job> jobs = scene.submit("f9", Kind.EFFECTS, SESSIONS);
    scene.awaitResults();

    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE));
    assertThat(breaker.troubles()).isEmpty();
  }

  @Order(4)
  @Test
  void F11_input_that_is_replayed_on_any_topic_changes_nothing() throws Exception {
    List<Job> jobs = scene.submit("f11", Kind.EFFECTS, SESSIONS);
    scene.awaitResults();
    Breaker breaker = new Breaker(scene.stack, scene.cluster, 11);

    for (String topic : Schedule.READ) {
      breaker.apply(new Fault.Echo(topic, 100));
    }
    scene.submit("f11-after", Kind.PLAIN, SESSIONS);
    scene.awaitResults();

    for (Job job : jobs) {
      assertThat(scene.effects(job.session())).isEqualTo(3);
    }
  }

  @Order(5)
  @Test
  void F13_a_task_cancelled_at_any_point_ends_and_its_session_can_be_continued() throws Exception {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      Job job = Workload.job("f13-" + i, Kind.CANCELLED);
      Job timed =
          new Job(
              job.session(),
              job.task(),
              job.kind(),
              job.text(),
              job.agent(),
              job.tenant(),
              Optional.of(Duration.ofMillis(i * 150L)),
              false);
      scene.driver.submit(timed);
      jobs.add(timed);
    }
    scene.awaitResults();
    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.CANCELLED));

    for (Job job : jobs) {
      scene.driver.submit(
          new Job(
              job.session(),
              "t2",
              Kind.PLAIN,
              "chaos %s plain".formatted(job.session()),
              job.agent(),
              job.tenant(),
              Optional.empty(),
              false));
    }
    scene.awaitResults();

    for (Job job : jobs) {
      TaskResult next = scene.driver.result(job.session(), "t2").orElseThrow();
      assertThat(next.getStatus()).isEqualTo(TaskStatus.COMPLETE);
    }
  }

  @Order(6)
  @Test
  void F15_without_postgresql_planners_and_read_only_tools_go_on_and_the_sink_catches_up()
      throws Exception {
    for (int i = 0; i < POSTGRES_RESTARTS; i++) {
      List<Job> effects = scene.submit("f15-effects-" + i, Kind.EFFECTS, 4);
      if (i % 2 == 0) {
        scene.stack.postgres().stop(STOP);
      } else {
        scene.stack.killPostgres();
      }
      List<Job> reads = scene.submit("f15-reads-" + i, Kind.PLAIN, 4);

      await()
          .atMost(Scene.ANSWER)
          .until(
              () ->
                  reads.stream()
                      .allMatch(job -> scene.driver.result(job.session(), job.task()).isPresent()));

      scene.stack.postgres().start();
      scene.stack.postgres().awaitReady(Scene.READY);
      scene.awaitResults();
      for (Job job : effects) {
        assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE);
        assertThat(scene.effects(job.session())).isLessThanOrEqualTo(3);
      }
    }
    scene.sink().awaitReady(Scene.READY);
  }

  @Order(7)
  @Test
  void F16_without_the_registry_running_services_go_on_and_a_new_one_says_what_it_waits_for()
      throws Exception {
    scene.stack.registry().kill();

    List<Job> jobs = scene.submit("f16", Kind.EFFECTS, SESSIONS);
    scene.awaitResults();
    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE));

    ServerProcess late = scene.stack.addExecutor();
    late.start();
    await()
        .atMost(Scene.READY)
        .until(() -> late.waitingFor().filter(said -> said.contains("registry")).isPresent());
    scene.stack.registry().start();
    late.awaitReady(Scene.READY);
    late.stop(STOP);
    late.start();
  }

  @Order(8)
  @Test
  void F17_a_planner_whose_state_directory_is_lost_restores_it_and_goes_on() throws Exception {
    List<Job> jobs = scene.submit("f17", Kind.SLOW, SESSIONS);
    for (ServerProcess planner : scene.stack.planners()) {
      planner.kill();
    }
    for (ServerProcess planner : scene.stack.planners()) {
      Path state = scene.stack.data().resolve(planner.name());
      if (Files.exists(state)) {
        ChaosRun.delete(state);
      }
      planner.start();
    }

    scene.awaitResults();

    assertThat(jobs)
        .allSatisfy(
            job -> assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE));
  }

  @Order(9)
  @Test
  void F5_an_executor_that_never_answers_is_answered_for_by_the_planner() throws Exception {
    for (ServerProcess executor : scene.stack.executors()) {
      executor.kill();
    }
    List<Job> jobs = scene.submit("f5", Kind.ONE_BLINK, 2);

    // The tool's own second and the two minutes a call may queue.
    scene.awaitResults();

    for (Job job : jobs) {
      assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE);
      assertThat(scene.result(job).getText()).contains("timeout");
    }
    for (ServerProcess executor : scene.stack.executors()) {
      executor.start();
    }
  }

  @Order(10)
  @Test
  void F1_after_all_of_this_every_promise_was_kept() throws Exception {
    Dump dump = scene.judge();

    assertThat(Summary.of(dump).counts().get("dead letters")).isPositive();
  }
}
