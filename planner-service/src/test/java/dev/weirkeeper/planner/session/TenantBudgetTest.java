package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.Effect.RequestBudget;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The first call may cost $0.130731, so a lease is asked for four times that. */
final class TenantBudgetTest {
  @RegisterExtension final Story story = new Story();

  @BeforeEach
  void a_tenant_with_a_daily_budget() {
    story.withTenantBudget(true);
  }

  @Test
  @Golden
  void the_tenant_is_asked_before_the_model_and_what_is_left_goes_back() {
    story.task("t1").then("request budget s/t1/b1 $0.522924").in(AwaitingBudget.class);
    assertThat(story.effect(RequestBudget.class).atLeast()).hasToString("$0.008811");

    story.granted().then("call model s/1/m1").in(AwaitingModel.class);

    story
        .says("done")
        .then("publish t1 COMPLETE: the model ended its turn", "return budget s/t1/r1 $0.522324");
  }

  @Test
  void a_lease_covers_several_calls() {
    story.task("t1").granted().asksFor("search");

    story.result("s/1/0", "found").then("call model s/2/m1");
  }

  @Test
  @Golden
  void a_lease_that_is_used_up_is_asked_for_again() {
    story.repliesCost("$0.13").task("t1").granted("$0.15").asksFor("search");

    story.result("s/1/0", "found").then("request budget s/t1/b2 $0.474556");

    story.granted().then("call model s/2/m1");
  }

  @Test
  @Golden
  void a_tenant_without_money_ends_the_task() {
    story.task("t1");

    story
        .granted("$0")
        .then(
            "publish t1 COST_LIMIT_EXCEEDED: the daily budget of tenant acme does not cover the"
                + " next call")
        .in(Idle.class);
  }

  @Test
  @Golden
  void a_small_grant_clamps_the_call() {
    story.task("t1").granted("$0.02").then("call model s/1/m1");

    assertThat(story.modelCall().clamp()).isEqualTo(Effect.Clamp.COST);
    assertThat(story.modelCall().reserved()).isLessThanOrEqualTo(Given.usd("$0.02"));
    story
        .replies(Stop.MAX_OUTPUT_TOKENS, "so far")
        .thenAlso("publish t1 COST_LIMIT_EXCEEDED")
        .thenAlso("return budget s/t1/r1 $0.0194");
  }

  @Test
  void a_small_task_asks_for_no_more_than_its_own_limit() {
    story.with(limits().cost("$0.2")).task("t1");

    story.then("request budget s/t1/b1 $0.20");
  }

  @Test
  @Golden
  void a_repeated_grant_is_taken_once() {
    story.task("t1").granted();

    story.again().repeated();
    assertThat(story.run().lease().amount()).hasToString("$0.522924");
  }

  @Test
  @Golden
  void a_lost_reply_keeps_its_part_of_the_lease_until_it_comes() {
    story.task("t1").granted().modelCallIsLost().then("call model s/1/m2");
    story
        .says("done")
        .then("publish t1 COMPLETE: the model ended its turn", "return budget s/t1/r1 $0.391593");

    story.lateReply("s/1/m1").then("return budget s/1/m1/late $0.130131");
    story.again().repeated();
  }

  @Test
  @Golden
  void a_lost_reply_that_comes_while_the_task_runs_gives_back_what_it_did_not_cost() {
    story.task("t1").granted().modelCallIsLost();

    story.lateReply("s/1/m1").then("return budget s/1/m1/late $0.130131");

    story.says("done").thenAlso("return budget s/t1/r1 $0.391593");
  }

  @Test
  void a_broken_reply_keeps_what_it_may_have_cost_for_good() {
    story.task("t1").granted();

    story
        .breaksOff("$0.01")
        .ledger("SETTLED s/1/m1 $0.01", "UNSETTLED s/1/m1 $0.120731", "RESERVED s/1/m2 $0.130731");
    story.says("done").thenAlso("return budget s/t1/r1 $0.391593");
    assertThat(story.result("t1").spent().unsettled()).hasToString("$0.120731");
  }

  @Nested
  final class A_new_day {
    @Test
    @Golden
    void gives_back_yesterdays_lease_and_asks_for_one_of_today() {
      story.with(limits().duration(Duration.ofDays(2)).idle(Duration.ofDays(2))).task("t1");
      story.granted().asksFor("search");

      story.later(Duration.ofHours(20)).result("s/1/0", "found");

      story.then("return budget s/t1/r1 $0.522324", "request budget s/t1/b2 $0.494556");
      assertThat(story.effect(ReturnBudget.class).at())
          .isEqualTo(Instant.parse("2026-11-02T00:00:00Z"));
      story.granted().says("done").thenAlso("return budget s/t1/r2");
      assertThat(story.effect(ReturnBudget.class).at())
          .isEqualTo(Instant.parse("2026-11-03T00:00:00Z"));
    }

    @Test
    void a_reply_that_comes_a_day_late_gives_back_to_the_day_that_paid() {
      story.with(limits().duration(Duration.ofDays(2))).task("t1").granted().cancel();

      story.later(Duration.ofHours(20)).lateReply("s/1/m1");

      assertThat(story.effect(ReturnBudget.class).at())
          .isEqualTo(Instant.parse("2026-11-02T00:00:00Z"));
    }
  }

  @Nested
  final class Halted_while_the_tenant_is_asked {
    @Test
    @Golden
    void a_paused_session_keeps_the_grant_and_calls_later() {
      story.task("t1").pause();

      story.granted().thenNothing().in(Paused.class);

      story.resume().then("call model s/2/m1");
      assertThat(story.run().spent().modelCalls()).isEqualTo(1);
    }

    @Test
    @Golden
    void the_deadline_ends_the_task_and_a_late_grant_goes_back() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").timePasses();
      story.thenAlso("publish t1 DEADLINE_EXCEEDED");

      story.granted("s/t1/b1", "$0.5").then("return budget s/t1/b1/late $0.50");
    }

    @Test
    void a_grant_after_the_deadline_starts_nothing_even_if_the_timer_is_late() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1");

      story.later(Duration.ofMinutes(2)).granted();

      story.thenAlso("publish t1 DEADLINE_EXCEEDED").thenAlso("return budget s/t1/r1 $0.522924");
    }
  }

  @Test
  void a_refusal_that_comes_late_gives_nothing_back() {
    story.task("t1").cancel();

    story.granted("s/t1/b1", "$0").thenNothing();
    story.again().repeated();
  }

  @Test
  void outstanding_names_the_request_until_it_is_answered() {
    story.task("t1");

    assertThat(Waiting.outstanding(story.state()))
        .extracting(Story::words)
        .containsExactly("request budget s/t1/b1 $0.522924");
  }
}
