package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ModelCallsTest {
  @RegisterExtension final Story story = new Story();

  @Nested
  final class Fallback {
    private static final Tariff CHEAP = new Tariff(List.of(new Tariff.Tier(0, 3_000, 15_000)));

    @Test
    @Golden
    void another_model_is_tried_with_a_reservation_of_its_own() {
      story.with(agent().model("big", Given.TARIFF).model("small", CHEAP)).task("t1");

      story
          .providerFails("529 overloaded_error", true)
          .then("call model s/1/m2")
          .ledger("RELEASED s/1/m1 $0.130731", "RESERVED s/1/m2 $0.000130731")
          .because("falls back to the next model");

      story.says("done");
      assertThat(story.result("t1").model()).isEqualTo(1);
      assertThat(story.result("t1").spent().steps()).isEqualTo(1);
    }

    @Test
    @Golden
    void when_no_model_is_left_the_task_fails() {
      story.with(agent().model("big", Given.TARIFF).model("small", CHEAP)).task("t1");

      story.providerFails("529 overloaded_error", true).providerFails("503 api_error", true);

      story.then("publish t1 FAILED: 503 api_error");
    }

    @Test
    void a_failure_that_another_model_would_share_fails_at_once() {
      story.with(agent().model("big", Given.TARIFF).model("small", CHEAP)).task("t1");

      story.providerFails("quota exhausted", false).then("publish t1 FAILED: quota exhausted");
    }

    @Test
    void the_task_stays_with_the_model_it_fell_back_to() {
      story.with(agent().model("big", Given.TARIFF).model("small", CHEAP)).task("t1");
      story.providerFails("529 overloaded_error", true).asksFor("search");

      story.result("s/1/0", "found");

      assertThat(story.modelCall().model()).isEqualTo(1);
      assertThat(story.modelCall().attempt()).isEqualTo(1);
    }
  }

  @Nested
  final class A_lost_call {
    @Test
    @Golden
    void is_made_again_and_its_money_stays_set_aside() {
      story.task("t1");

      story
          .modelCallIsLost()
          .then("call model s/1/m2")
          .ledger("UNSETTLED s/1/m1 $0.130731", "RESERVED s/1/m2 $0.130731");

      story.says("done");
      assertThat(story.result("t1").spent().unsettled()).hasToString("$0.130731");
      assertThat(story.result("t1").spent().modelCalls()).isEqualTo(1);
    }

    @Test
    @Golden
    void is_booked_when_its_reply_comes_after_all_and_its_words_are_ignored() {
      story.task("t1").modelCallIsLost();

      story
          .lateReply("s/1/m1")
          .in(AwaitingModel.class)
          .ledger(
              "UNSETTLED s/1/m1 -$0.130731", "SETTLED s/1/m1 $0.0006", "RELEASED s/1/m1 $0.130131");

      story.transcript("user").says("done");
      assertThat(story.result("t1").spent().cost()).hasToString("$0.0012");
      assertThat(story.result("t1").spent().unsettled()).hasToString("$0.00");
    }

    @Test
    @Golden
    void is_booked_while_tools_run() {
      story.task("t1").modelCallIsLost().asksFor("search");

      story.lateReply("s/1/m1").thenNothing();

      assertThat(story.run().spent().cost()).hasToString("$0.0012");
    }

    @Test
    @Golden
    void is_booked_while_paused() {
      story.task("t1").pause().modelCallIsLost();

      story.lateReply("s/1/m1").thenNothing();

      assertThat(story.run().spent().cost()).hasToString("$0.0006");
    }

    @Test
    void of_an_earlier_task_is_booked_to_the_session_only() {
      story.task("t1").cancel().task("t2");

      story.lateReply("s/1/m1");

      assertThat(story.run().spent().cost()).hasToString("$0.00");
      assertThat(story.session().account().spent()).hasToString("$0.0006");
      assertThat(story.session().account().held()).isEmpty();
    }

    @Test
    void that_comes_back_without_a_bill_stays_open_for_good() {
      story.task("t1").cancel();

      story
          .breaksOff("s/1/m1", "$0.01")
          .ledger(
              "UNSETTLED s/1/m1 -$0.130731", "SETTLED s/1/m1 $0.01", "UNSETTLED s/1/m1 $0.120731");

      story.again().repeated();
      assertThat(story.session().account().unsettled()).hasToString("$0.120731");
    }

    @Test
    @Golden
    void is_given_up_after_five_attempts() {
      story.task("t1");
      for (int attempt = 1; attempt < Plan.MAX_ATTEMPTS; attempt++) {
        story.modelCallIsLost().in(AwaitingModel.class);
      }

      story.modelCallIsLost();

      story.then("publish t1 FAILED: the reply to s/1/m5 is lost, after 5 attempts");
    }

    @Test
    void is_not_lost_if_it_was_answered() {
      story.task("t1").asksFor("search");

      story.fires(new Timer.ModelCallLost("s/1/m1")).repeated();
    }

    @Test
    void of_an_earlier_attempt_is_not_the_one_under_way() {
      story.task("t1").modelCallIsLost();

      story.fires(new Timer.ModelCallLost("s/1/m1")).repeated();
    }
  }

  @Nested
  final class A_broken_reply {
    @Test
    @Golden
    void books_what_is_known_of_it_and_asks_again() {
      story.task("t1");

      story
          .breaksOff("$0.01")
          .then("call model s/1/m2")
          .ledger(
              "SETTLED s/1/m1 $0.01", "UNSETTLED s/1/m1 $0.120731", "RESERVED s/1/m2 $0.130731");
    }

    @Test
    void that_cost_more_than_the_worst_case_leaves_nothing_open() {
      story.task("t1");

      story
          .breaksOff("$0.2")
          .ledger(
              "SETTLED s/1/m1 $0.20", "RELEASED s/1/m1 -$0.069269", "RESERVED s/1/m2 $0.130731");
    }

    @Test
    void has_had_its_only_reply() {
      story.task("t1").breaksOff("$0.01");

      story.lateReply("s/1/m1").repeated();
    }

    @Test
    void may_use_up_the_tokens_of_the_task() {
      story.with(limits().tokens(1000)).task("t1");

      story.on(
          new SessionEvent.ModelReplied(
              Story.START.plusSeconds(1),
              "s/1/m1",
              new dev.weirkeeper.planner.money.TokenUsage(990, 0, 0, 0, 5, 0),
              new SessionEvent.Bill.Unknown(Given.usd("$0.01")),
              new SessionEvent.Reply.Failed("the reply broke off", true, true)));

      story.then("publish t1 TOKEN_BUDGET_EXCEEDED: 995 tokens were used of at most 1000");
    }
  }

  @Nested
  final class A_paused_turn {
    @Test
    @Golden
    void is_given_back_to_the_model_as_it_is() {
      story.task("t1").replies(Stop.PAUSED, "searching").then("call model s/2/m1");

      story.transcript("user", "model").says("done");
      story.then("publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    @Golden
    void is_given_back_only_so_often() {
      story.task("t1");
      for (int i = 0; i < Plan.MAX_CONTINUATIONS; i++) {
        story.replies(Stop.PAUSED, "searching").in(AwaitingModel.class);
      }

      story.replies(Stop.PAUSED, "searching");

      story.then("publish t1 FAILED: the model paused 8 times in a row");
    }

    @Test
    void is_counted_anew_after_a_finished_one() {
      story.task("t1");
      for (int i = 0; i < Plan.MAX_CONTINUATIONS; i++) {
        story.replies(Stop.PAUSED, "searching");
      }
      story.asksFor("search").result("s/9/0", "found");

      story.replies(Stop.PAUSED, "searching").in(AwaitingModel.class);
    }

    @Test
    void with_calls_in_it_has_them_answered_first() {
      story.task("t1").replies(Stop.PAUSED, "", "search").then("call tool s/1/0 search {}");

      story.result("s/1/0", "found").transcript("user", "model", "results 3");
    }
  }

  @Test
  @Golden
  void a_repeated_reply_is_booked_once() {
    story.task("t1").asksFor("search");

    story.again().repeated().ledger();
    story.result("s/1/0", "found");
    story.repliesTo("s/1/m1", Stop.TOOL_USE, "", "search").repeated();
  }

  @Test
  void a_reply_that_ends_its_turn_with_calls_has_them_run() {
    story.task("t1").replies(Stop.END_TURN, "", "search").then("call tool s/1/0 search {}");
  }

  @Test
  void a_reply_to_a_call_that_was_never_made_changes_nothing() {
    story.task("t1").repliesTo("s/9/m1", Stop.END_TURN, "forged").repeated();
  }
}
