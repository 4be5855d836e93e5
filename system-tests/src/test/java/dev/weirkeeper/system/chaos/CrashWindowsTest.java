package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.system.check.Dump;
import dev.weirkeeper.system.check.Summary;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.workload.Job;
import dev.weirkeeper.system.workload.Workload;
import dev.weirkeeper.system.workload.Workload.Kind;
import dev.weirkeeper.wire.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The windows of one tool call in which a crash leads to something else than in the others, each by
 * a service that dies in it. The table of outcomes is in docs/failure-contract.md.
 *
 * <p>Runs under one guarantee, {@code -Dchaos.guarantee=at-least-once} for the other.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CrashWindowsTest {

  private static final Duration DEATH = Duration.ofMinutes(2);
  private static final int DECISIONS = 16;

  /** Reached without work: the task is submitted while nobody is there to take its call. */
  private static final String BEFORE_ANYTHING = "executor.before-poll";

  private static Scene scene;
  private static final List<Expected> expected = new ArrayList<>();

  private record Expected(String session, Outcome outcome) {}

  /** What a call may have come to. */
  enum Outcome {
    SUCCESS,
    UNKNOWN
  }

  @BeforeAll
  static void start() throws Exception {
    scene =
        Scene.open(
            System.getProperty("chaos.guarantee", "exactly-once"),
            plan -> plan.with(new StackPlan.Scale(1, 1, 1, 1)));
  }

  @AfterAll
  static void stop() throws Exception {
    if (scene != null) {
      scene.close();
    }
  }

  @Order(1)
  @ParameterizedTest(name = "window {0}: {1} dies at {2} during {3}: {4}")
  @CsvSource({
    // 1: the task is on its topic; the planner has read it and done nothing
    "1, planner, planner.input-read, ONE_LETTER, SUCCESS",
    // 2: the planner has decided, nothing is committed; and the same with time to send something
    "2, planner, planner.decided, ONE_LETTER, SUCCESS",
    "2, planner, planner.journalled:1:40, ONE_LETTER, SUCCESS",
    // 3: committed, and not taken by anybody
    "3, executor, executor.before-poll, ONE_LETTER, SUCCESS",
    // 4: acquired, not begun; and claimed in the journal, from when on one can't know
    "4, executor, executor.delivered, ONE_LETTER, SUCCESS",
    "4, executor, executor.claimed, ONE_LETTER, UNKNOWN",
    "4, executor, executor.claimed, ONE_CREDIT, SUCCESS",
    // 5: the tool has changed the world and has not returned
    "5, executor, tool.effect-made, ONE_LETTER, UNKNOWN",
    "5, executor, tool.effect-made, ONE_CREDIT, SUCCESS",
    "5, executor, tool.effect-made, ONE_SEAT, SUCCESS",
    // 6: it has returned, nothing is recorded; and the model's reply likewise
    "6, executor, executor.tool-returned, ONE_LETTER, UNKNOWN",
    "6, planner, planner.reply-received, ONE_LETTER, SUCCESS",
    // 7: recorded and not sent; sent and not acknowledged
    "7, executor, executor.recorded, ONE_LETTER, SUCCESS",
    "7, executor, executor.result-sent, ONE_LETTER, SUCCESS",
    // 8: acknowledged
    "8, executor, executor.acknowledged, ONE_LETTER, SUCCESS",
    // 11 and 12: the audit sink has committed rows and offsets, or is about to
    "11, sink, sink.committed, ONE_LETTER, SUCCESS",
    "12, sink, sink.before-commit, ONE_LETTER, SUCCESS",
  })
  void a_crash_in_one_leads_to_what_the_table_says(
      int window, String service, String point, Kind kind, Outcome outcome) throws Exception {
    ServerProcess victim =
        switch (service) {
          case "planner" -> scene.planner();
          case "executor" -> scene.executor();
          default -> scene.sink();
        };
    victim.awaitReady(Scene.READY);
    String session =
        "w%d-%s-%s"
            .formatted(window, point.split("[.:]", 3)[1], kind.name().toLowerCase(Locale.ROOT));

    Job job = Workload.job(session, kind);
    victim.arm(point);
    if (!point.equals(BEFORE_ANYTHING)) {
      scene.driver.submit(job);
    }
    assertThat(victim.awaitExit(DEATH)).contains(FailPoint.EXIT);
    if (point.equals(BEFORE_ANYTHING)) {
      scene.driver.submit(job);
    }
    victim.start();

    scene.awaitResults();
    assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE);
    assertThat(scene.effects(session)).isBetween(outcome == Outcome.SUCCESS ? 1 : 0, 1);
    expected.add(new Expected(session, outcome));
  }

  @Order(2)
  @Test
  void window_9_an_approval_that_nobody_gives_expires_once_though_the_planner_dies_meanwhile()
      throws Exception {
    scene.sendThePersonAway();
    scene.planner().awaitReady(Scene.READY);
    Job job = Workload.job("w9-expiry", Kind.ONE_WIPE);
    scene.driver.submit(job);
    // The task, its model call, the reply that asks for the call; then nothing until it expires.
    scene.planner().arm("planner.decided:3:200");
    assertThat(scene.planner().awaitExit(DEATH)).contains(FailPoint.EXIT);
    scene.planner().start();

    scene.awaitResults();
    scene.callThePersonBack();
    assertThat(scene.result(job).getStatus()).isEqualTo(TaskStatus.COMPLETE);
    assertThat(scene.effects("w9-expiry")).isZero();
  }

  @Order(3)
  @Test
  void window_10_of_two_decisions_on_one_request_the_first_counts() throws Exception {
    // Each habit of the person is met by some of these: twice, by two people, forged, late.
    List<Job> jobs = scene.submit("w10-decision", Kind.ONE_WIPE, DECISIONS);

    scene.awaitResults();
    for (Job job : jobs) {
      assertThat(scene.effects(job.session())).isLessThanOrEqualTo(1);
    }
  }

  @Order(4)
  @Test
  void after_all_of_them_every_promise_was_kept_and_the_lost_replies_are_unsettled()
      throws Exception {
    Dump dump = scene.judge();

    List<String> unknown = Summary.callsWithUnknownOutcome(dump);
    for (Expected one : expected) {
      assertThat(unknown.stream().anyMatch(call -> call.startsWith(one.session + "/")))
          .as(one.toString())
          .isEqualTo(one.outcome == Outcome.UNKNOWN);
    }
    assertThat(Summary.of(dump).counts().get("unsettled model calls")).isPositive();
  }
}
