package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ParallelCallsTest {
  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void calls_of_a_turn_run_together_and_the_next_turn_waits_for_all_of_them() {
    story.task("t1");

    story
        .asksFor("search {\"q\":1}", "lookup", "search {\"q\":2}")
        .then(
            "call tool s/1/0 search {\"q\":1}",
            "call tool s/1/1 lookup {}",
            "call tool s/1/2 search {\"q\":2}");

    story.result("s/1/2", "c").thenNothing();
    story.result("s/1/0", "a").thenNothing();
    story.result("s/1/1", "b").then("call model s/2/m1");
    story.transcript("user", "model", "results 4 5 3");
  }

  @Test
  @Golden
  void one_failed_call_does_not_lose_the_others() {
    story.task("t1").asksFor("search", "lookup");

    story.result("s/1/1", "found").error("s/1/0", "execution_error");

    story.then("call model s/2/m1").transcript("user", "model", "results 4 3");
  }

  @Test
  @Golden
  void calls_that_can_not_be_sent_are_answered_by_the_planner_and_the_rest_run() {
    story.task("t1").asksFor("serch", "lookup");

    story.then("call tool s/1/1 lookup {}").because("there is no tool named serch");

    story.result("s/1/1", "found").transcript("user", "model", "results UNKNOWN_TOOL 3");
    assertThat(story.saidTo(0).hint()).contains("available tools: lookup, refund, search");
  }

  @Test
  @Golden
  void a_turn_whose_calls_all_fail_at_once_goes_straight_back_to_the_model() {
    story.task("t1").asksFor("serch");

    story.then("call model s/2/m1").in(AwaitingModel.class);
  }

  @Test
  @Golden
  void arguments_that_do_not_fit_are_not_sent() {
    story.task("t1").asksWrongly("search", "limit must be a number");

    story.then("call model s/2/m1").transcript("user", "model", "results INVALID_ARGUMENTS");
    assertThat(story.saidTo(0).message()).isEqualTo("limit must be a number");
  }

  @Test
  @Golden
  void no_more_calls_are_under_way_at_once_than_allowed() {
    story.with(limits().parallel(2)).task("t1");

    story
        .asksFor("search {\"q\":1}", "search {\"q\":2}", "search {\"q\":3}")
        .then("call tool s/1/0 search {\"q\":1}", "call tool s/1/1 search {\"q\":2}");

    story.result("s/1/1", "b").then("call tool s/1/2 search {\"q\":3}");
  }

  @Nested
  final class Silence {
    @Test
    @Golden
    void a_call_that_nobody_answers_times_out_and_a_late_result_is_ignored() {
      story.task("t1").asksFor("search", "lookup").result("s/1/1", "found");

      story.timePasses().then("call model s/2/m1").in(AwaitingModel.class);

      story.transcript("user", "model", "results TIMEOUT 3");
      assertThat(story.saidTo(0).message())
          .isEqualTo("no result of search came in time; it may still have run");

      story.result("s/1/0", "too late").because("too late").thenNothing();
      story.result("s/1/0", "too late").repeated();
      story.transcript("user", "model", "results TIMEOUT 3");
    }

    @Test
    void a_call_has_its_own_timeout_and_some_time_to_wait_in_line() {
      story.task("t1").asksFor("search");

      Waiting.Alarm next = Waiting.next(story.state()).orElseThrow();

      assertThat(next.timer()).isEqualTo(new Timer.CallTimeout("s/1/0"));
      assertThat(Duration.between(story.session().at(), next.at()))
          .isEqualTo(Duration.ofSeconds(30).plus(Act.QUEUE_ALLOWANCE));
    }

    @Test
    void no_call_outlives_its_task() {
      story.with(limits().duration(Duration.ofSeconds(45))).task("t1").asksFor("search");

      assertThat(story.effect(Effect.CallTool.class).deadline())
          .isEqualTo(Story.START.plusSeconds(45));
    }

    @Test
    void a_freed_place_is_taken_by_the_next_call() {
      story.with(limits().parallel(1)).task("t1").asksFor("search", "lookup");

      story.timePasses();

      story.then("call tool s/1/1 lookup {}").in(AwaitingTools.class);
    }
  }

  @Nested
  final class Repetition {
    @Test
    void a_repeated_result_changes_nothing() {
      story.task("t1").asksFor("search", "lookup").result("s/1/0", "found");

      story.again().repeated();
    }

    @Test
    void a_repeated_result_after_the_turn_changes_nothing() {
      story.task("t1").asksFor("search").result("s/1/0", "found");

      story.again().repeated();
    }

    @Test
    void a_result_of_a_call_that_was_never_made_changes_nothing() {
      story.task("t1").asksFor("search");

      story.result("s/1/7", "forged").repeated();
    }
  }
}
