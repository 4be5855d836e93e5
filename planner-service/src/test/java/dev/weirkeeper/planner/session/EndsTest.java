package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Idle;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class EndsTest {
  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void a_reply_without_calls_completes_the_task() {
    story.task("t1").then("call model s/1/m1").in(AwaitingModel.class);

    story.says("It is done.");

    story.then("publish t1 COMPLETE: the model ended its turn").in(Idle.class);
    assertThat(story.result("t1").text()).isEqualTo("It is done.");
    story.transcript("user", "model");
  }

  @Test
  @Golden
  void a_tool_is_called_and_its_result_goes_back_to_the_model() {
    story.task("t1");

    story.asksFor("search {\"q\":\"weir\"}").then("call tool s/1/0 search {\"q\":\"weir\"}");
    story
        .result("s/1/0", "a dam")
        .then("call model s/2/m1")
        .transcript("user", "model", "results 3");
    story.says("A weir is a dam.");

    story.then("publish t1 COMPLETE: the model ended its turn");
    assertThat(story.result("t1").spent().steps()).isEqualTo(3);
    assertThat(story.result("t1").spent().toolCalls().asMap()).containsEntry("search", 1);
    assertThat(story.result("t1").spent().cost()).hasToString("$0.0012");
    assertThat(story.result("t1").firstSequence()).isEqualTo(1);
    assertThat(story.result("t1").lastSequence()).isEqualTo(4);
  }

  @Test
  void a_stop_for_a_reason_of_the_models_own_completes_and_says_so() {
    story.task("t1").replies(Stop.OTHER, "hm");

    story.then("publish t1 COMPLETE: the model stopped for a reason of its own");
  }

  @Test
  void a_stop_sequence_completes() {
    story.task("t1").replies(Stop.STOP_SEQUENCE, "so far");

    story.then("publish t1 COMPLETE: the model ended its turn");
  }

  @Nested
  final class Steps {
    @Test
    @Golden
    void no_step_left_for_the_model_ends_the_task() {
      story.with(limits().steps(2)).task("t1").asksFor("search");

      story.result("s/1/0", "found");

      story.then("publish t1 MAX_STEPS_EXCEEDED: 2 steps were used of at most 2");
      assertThat(story.result("t1").spent().modelCalls()).isEqualTo(1);
    }

    @Test
    @Golden
    void a_turn_with_more_calls_than_steps_left_runs_none_of_them() {
      story.with(limits().steps(2)).task("t1");

      story.asksFor("search", "lookup");

      story.then(
          "publish t1 MAX_STEPS_EXCEEDED: the turn asks for 2 calls and 1 of 2 steps are left");
      story.transcript("user", "model", "results CANCELLED CANCELLED");
    }

    @Test
    void exactly_as_many_calls_as_steps_left_run() {
      story.with(limits().steps(3)).task("t1");

      story.asksFor("search", "lookup");

      story.then("call tool s/1/0 search {}", "call tool s/1/1 lookup {}");
    }

    @Test
    void the_last_step_may_be_the_answer() {
      story.with(limits().steps(3)).task("t1").asksFor("search").result("s/1/0", "found");

      story.says("found it");

      story.then("publish t1 COMPLETE: the model ended its turn");
    }
  }

  @Nested
  final class Tokens {
    @Test
    @Golden
    void tokens_are_checked_before_a_call() {
      story.with(limits().tokens(150)).repliesUse(80, 20).task("t1").asksFor("search");

      story.result("s/1/0", "found");

      story.then("publish t1 TOKEN_BUDGET_EXCEEDED: 100 tokens were used of at most 150");
      assertThat(story.result("t1").spent().modelCalls()).isEqualTo(1);
    }

    @Test
    @Golden
    void tokens_are_checked_after_a_reply_and_its_calls_are_not_run() {
      story.with(limits().tokens(150)).repliesUse(140, 20).task("t1");

      story.asksFor("search");

      story.then("publish t1 TOKEN_BUDGET_EXCEEDED: 160 tokens were used of at most 150");
      story.transcript("user", "model", "results CANCELLED");
    }

    @Test
    void an_answer_that_used_too_many_tokens_is_still_an_answer() {
      story.with(limits().tokens(150)).repliesUse(140, 20).task("t1").says("done");

      story.then("publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    void output_is_clamped_to_the_tokens_left() {
      story.with(limits().tokens(1000)).repliesUse(600, 100).task("t1").asksFor("search");

      story.result("s/1/0", "found");

      assertThat(story.modelCall().maxOutput()).isEqualTo(300);
      assertThat(story.modelCall().clamp()).isEqualTo(Effect.Clamp.TOKENS);
    }

    @Test
    @Golden
    void a_reply_cut_off_by_the_token_clamp_says_which_limit_to_raise() {
      story.with(limits().tokens(1000)).task("t1");

      story.replies(Stop.MAX_OUTPUT_TOKENS, "it is a");

      story.then(
          "publish t1 TOKEN_BUDGET_EXCEEDED: the reply was cut off at 1000 output tokens;"
              + " raise max_tokens");
    }
  }

  @Nested
  final class Money {
    @Test
    @Golden
    void a_call_that_does_not_fit_the_limit_is_not_made() {
      story.with(limits().cost("$0.001")).task("t1");

      story.then(
          "publish t1 COST_LIMIT_EXCEEDED: the next call may cost $0.008811"
              + " and $0.001 is left of the limit of $0.001");
      assertThat(story.result("t1").spent().steps()).isZero();
    }

    @Test
    void output_is_clamped_to_the_money_left() {
      story.with(limits().cost("$0.05")).task("t1");

      assertThat(story.modelCall().clamp()).isEqualTo(Effect.Clamp.COST);
      assertThat(story.modelCall().maxOutput()).isEqualTo(2809);
      assertThat(story.modelCall().reserved()).hasToString("$0.049986");
    }

    @Test
    @Golden
    void a_reply_cut_off_by_the_money_clamp_says_which_limit_to_raise() {
      story.with(limits().cost("$0.05")).task("t1");

      story.replies(Stop.MAX_OUTPUT_TOKENS, "it is a");

      story.then(
          "publish t1 COST_LIMIT_EXCEEDED: the reply was cut off at 2809 output tokens;"
              + " raise max_cost");
      assertThat(story.result("t1").text()).isEqualTo("it is a");
    }

    @Test
    void the_worst_case_is_reserved_and_the_reply_settles_it() {
      story.task("t1").ledger("RESERVED s/1/m1 $0.130731");

      story.says("done");

      story.ledger("SETTLED s/1/m1 $0.0006", "RELEASED s/1/m1 $0.130131");
    }

    @Test
    @Golden
    void the_session_limit_counts_the_tasks_before() {
      story.with(limits().sessionCost("$0.2")).repliesCost("$0.1").task("t1").says("done");

      story.with(limits().sessionCost("$0.1001")).task("t2");

      story.then(
          "publish t2 COST_LIMIT_EXCEEDED: the next call may cost $0.009222"
              + " and $0.0001 is left of the limit of $0.1001");
    }
  }

  @Nested
  final class Time {
    @Test
    @Golden
    void the_deadline_ends_the_task_while_the_model_is_asked() {
      story.with(limits().duration(Duration.ofMinutes(5))).task("t1");

      story.timePasses();

      story
          .then(
              "abandon model s/1/m1",
              "publish t1 DEADLINE_EXCEEDED: the task took longer than its limit of PT5M")
          .ledger("UNSETTLED s/1/m1 $0.130731");
      assertThat(story.result("t1").spent().unsettled()).hasToString("$0.130731");
    }

    @Test
    @Golden
    void the_deadline_ends_the_task_while_tools_run() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").asksFor("search");

      story.timePasses();

      story
          .then("publish t1 DEADLINE_EXCEEDED: the task took longer than its limit of PT1M")
          .transcript("user", "model", "results CANCELLED");
    }

    @Test
    @Golden
    void nothing_is_started_after_the_deadline_even_if_the_timer_is_late() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").asksFor("search");

      story.later(Duration.ofMinutes(2)).result("s/1/0", "found");

      story.then("publish t1 DEADLINE_EXCEEDED: the task took longer than its limit of PT1M");
    }

    @Test
    @Golden
    void nobody_deciding_for_too_long_ends_the_task() {
      story.with(limits().idle(Duration.ofMinutes(10))).task("t1").asksFor("refund");

      story.timePasses();

      story
          .then("publish t1 DEADLINE_EXCEEDED: nobody decided for PT10M")
          .transcript("user", "model", "results CANCELLED");
    }

    @Test
    void waiting_in_line_does_not_count() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").task("t2");
      story.later(Duration.ofSeconds(50)).says("done").thenAlso("call model s/2/m1");

      assertThat(Waiting.next(story.state()).orElseThrow().at())
          .isEqualTo(story.session().at().plusSeconds(60));
    }
  }

  @Test
  @Golden
  void a_person_cancels() {
    story.task("t1");

    story.cancel();

    story.then("abandon model s/1/m1", "publish t1 CANCELLED: ann cancelled it: not needed");
  }

  @Test
  @Golden
  void the_model_refuses() {
    story.task("t1");

    story.replies(Stop.REFUSED, "I can't help with that.");

    story.then("publish t1 REFUSED: the model refused").transcript("user");
    assertThat(story.result("t1").text()).isEqualTo("I can't help with that.");
  }

  @Test
  @Golden
  void the_provider_fails_for_good() {
    story.task("t1");

    story.providerFails("401 authentication_error: check the API key", false);

    story.then("publish t1 FAILED: 401 authentication_error: check the API key");
  }

  @Test
  @Golden
  void a_prompt_that_outgrew_the_model_fails() {
    story.task("t1").replies(Stop.CONTEXT_WINDOW_EXCEEDED, "");

    story.then("publish t1 FAILED: the prompt no longer fits the model").transcript("user");
  }

  @Test
  @Golden
  void a_cut_off_reply_fails_and_names_the_limit() {
    story.task("t1").replies(Stop.MAX_OUTPUT_TOKENS, "it is a", "search");

    story
        .then(
            "publish t1 FAILED: the reply was cut off at 8192 output tokens;"
                + " raise max_output_tokens")
        .transcript("user");
  }

  @Test
  @Golden
  void a_task_that_cannot_be_served_fails_at_once() {
    story.unservable("t1", "there is no agent named suport; did you mean support?");

    story
        .then("publish t1 FAILED: there is no agent named suport; did you mean support?")
        .in(Idle.class);
  }

  @Test
  void every_end_has_words_and_money_that_adds_up() {
    EnumSet<Status> seen = EnumSet.noneOf(Status.class);
    story.task("a").says("done");
    story.with(limits().steps(1)).task("b").asksFor("search");
    story.with(limits().tokens(10)).task("c");
    story.with(limits().cost("$0")).task("d");
    story.with(limits().duration(Duration.ofMillis(1))).task("e").timePasses();
    story.with(limits()).task("f").cancel();
    story.task("g").replies(Stop.REFUSED, "no");
    story.with(agent().single()).task("h").asksFor("search");

    for (String id : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      Effect.PublishResult result = story.result(id);
      seen.add(result.status());
      assertThat(result.why()).as(id).isNotBlank();
      assertThat(result.endedAt()).as(id).isAfterOrEqualTo(result.acceptedAt());
    }

    assertThat(seen).containsExactlyInAnyOrder(Status.values());
  }
}
