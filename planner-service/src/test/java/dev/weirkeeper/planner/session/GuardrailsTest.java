package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class GuardrailsTest {
  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void what_a_task_asked_for_beyond_its_agent_is_said_when_it_begins() {
    story.withLowered("max_steps is 50 instead of 100", "max_cost is $5.00 instead of $9.00");

    story
        .task("t1")
        .because(
            "it asked for more than its agent allows: max_steps is 50 instead of 100, max_cost is"
                + " $5.00 instead of $9.00");
  }

  @Nested
  final class A_turn_of_very_many_calls {
    @Test
    void runs_the_first_of_them_and_answers_the_others() {
      story.with(limits().steps(10_000).parallel(1_000)).task("t1");
      String[] calls = new String[400];
      Arrays.setAll(calls, i -> "search {\"q\":" + i + "}");

      story.asksFor(calls);

      assertThat(story.last().effects()).hasSize(Act.MOST_CALLS_PER_TURN);
      assertThat(story.last().reason()).hasSizeLessThan(10_000).endsWith("and more of the kind");
      assertThat(story.run().spent().steps()).isEqualTo(1 + Act.MOST_CALLS_PER_TURN);
    }
  }

  @Nested
  final class Calls_of_a_tool {
    @Test
    @Golden
    void over_the_limit_of_a_tool_the_model_is_told_count_limit_and_what_to_do() {
      story.with(limits().callsOf("search", 1)).task("t1").asksFor("search {\"q\":1}");
      story.result("s/1/0", "found");

      story.asksFor("search {\"q\":2}", "lookup");

      story.then("call tool s/2/1 lookup {}").result("s/2/1", "found");
      CallError said = story.saidTo(0);
      assertThat(said.code()).isEqualTo(Code.RATE_LIMITED);
      assertThat(said.message()).isEqualTo("search was called 1 times of at most 1");
      assertThat(said.hint()).contains("go on with what you have, or use another tool");
      assertThat(said.details()).containsEntry("count", "1").containsEntry("limit", "1");
    }

    @Test
    void the_limit_counts_calls_of_the_same_turn() {
      story.with(limits().callsOf("search", 1)).task("t1");

      story.asksFor("search {\"q\":1}", "search {\"q\":2}");

      story.then("call tool s/1/0 search {\"q\":1}");
    }

    @Test
    void a_star_limits_every_tool_that_is_not_named() {
      story.with(limits().callsOf("*", 0).callsOf("lookup", 1)).task("t1");

      story.asksFor("search", "lookup");

      story.then("call tool s/1/1 lookup {}");
    }

    @Test
    void a_refused_call_is_no_step() {
      story.with(limits().callsOf("search", 0)).task("t1").asksFor("search");

      assertThat(story.run().spent().steps()).isEqualTo(2);
      assertThat(story.run().spent().toolCalls().asMap()).isEmpty();
    }
  }

  @Nested
  final class Identical_calls {
    @Test
    @Golden
    void the_same_call_again_and_again_is_refused_and_then_ends_the_task() {
      story.with(limits().identical(2)).task("t1");
      for (int turn = 1; turn <= 2; turn++) {
        story.asksFor("search {\"q\":1}").result("s/" + turn + "/0", "found");
      }

      story.asksFor("search {\"q\":1}").then("call model s/4/m1");
      assertThat(story.saidTo(0).message())
          .isEqualTo("search was called with these very arguments 2 times");

      story.asksFor("search {\"q\":1}").then("call model s/5/m1");
      story
          .asksFor("lookup", "search {\"q\":1}")
          .then("publish t1 FAILED: search was called with the same arguments again and again")
          .transcript(
              "user",
              "model",
              "results 3",
              "model",
              "results 5",
              "model",
              "results RATE_LIMITED",
              "model",
              "results RATE_LIMITED",
              "model",
              "results CANCELLED CANCELLED");
      assertThat(story.result("t1").spent().toolCalls().asMap()).doesNotContainKey("lookup");
    }

    @Test
    void the_breaker_counts_calls_of_the_same_turn() {
      story.with(limits().identical(1)).task("t1").asksFor("search", "search");

      story.then("call tool s/1/0 search {}");
    }

    @Test
    void other_arguments_are_another_call() {
      story.with(limits().identical(1)).task("t1").asksFor("search {\"q\":1}", "search {\"q\":2}");

      assertThat(story.last().effects()).hasSize(2);
    }

    @Test
    void calls_long_ago_are_forgotten() {
      story.with(limits().identical(1).steps(100)).task("t1").asksFor("search");
      story.result("s/1/0", "found");
      for (int turn = 2; turn <= 17; turn++) {
        story.asksFor("search {\"q\":" + turn + "}").result("s/" + turn + "/0", "found");
      }

      story.asksFor("search").then("call tool s/18/0 search {}");
    }
  }

  @Test
  @Golden
  void a_tool_that_is_not_on_the_agents_list_does_not_exist() {
    story.with(agent("reader").tool("search")).task("t1").asksFor("refund");

    assertThat(story.saidTo(0).code()).isEqualTo(Code.UNKNOWN_TOOL);
    assertThat(story.saidTo(0).hint()).contains("available tools: search");
  }

  @Nested
  final class Money {
    @Test
    void what_a_call_did_not_use_can_be_spent_again() {
      story.with(limits().cost("$0.14")).task("t1").asksFor("search");

      story.result("s/1/0", "found").then("call model s/2/m1");

      assertThat(story.modelCall().reserved().plus(Given.usd(Story.REPLY_COSTS)))
          .isLessThanOrEqualTo(Given.usd("$0.14"));
    }

    @Test
    void a_lost_call_counts_with_all_that_was_reserved_for_it() {
      story.with(limits().cost("$0.139")).task("t1");

      story.modelCallIsLost();

      story.then(
          "publish t1 COST_LIMIT_EXCEEDED: the next call may cost $0.008811"
              + " and $0.008269 is left of the limit of $0.139");
    }

    @Test
    @Golden
    void a_provider_that_charges_more_than_the_worst_case_is_booked_as_it_charged() {
      story.with(limits().cost("$0.14")).repliesCost("$0.2").task("t1").asksFor("search");

      story.ledger("SETTLED s/1/m1 $0.20", "RELEASED s/1/m1 -$0.069269");
      story
          .result("s/1/0", "found")
          .thenAlso("publish t1 COST_LIMIT_EXCEEDED: the next call may cost");
    }

    @Test
    void without_limits_nothing_is_clamped() {
      story
          .with(
              limits()
                  .cost(dev.weirkeeper.planner.money.NanoUsd.UNLIMITED)
                  .sessionCost(dev.weirkeeper.planner.money.NanoUsd.UNLIMITED))
          .task("t1");

      assertThat(story.modelCall().clamp()).isEqualTo(Effect.Clamp.NONE);
      assertThat(story.modelCall().reserved()).hasToString("$0.130731");
    }
  }

  @Nested
  final class The_bound_of_a_prompt {
    @Test
    void uses_the_providers_own_count_for_what_it_has_seen() {
      story.repliesUse(5000, 50).task("t1").asksFor("search").result("s/1/0", "12345678");

      assertThat(story.modelCall().inputBound()).isEqualTo(5050 + 8 + 2 * Plan.TOKENS_PER_ITEM);
    }

    @Test
    void starts_anew_after_a_fallback_to_another_model() {
      story
          .with(agent().model("big", Given.TARIFF).model("small", Given.TARIFF))
          .task("t1")
          .repliesUse(5000, 50)
          .asksFor("search")
          .result("s/1/0", "12345678")
          .providerFails("529 overloaded_error", true);

      assertThat(story.modelCall().inputBound())
          .isEqualTo(500 + Plan.TOKENS_PER_REQUEST + 5 + 6 + 8 + 5 * Plan.TOKENS_PER_ITEM);
    }

    @Test
    void covers_the_hints_in_the_planners_own_answers() {
      Given.AgentGiven many = agent("many");
      for (int i = 0; i < 500; i++) {
        many.tool("tool-with-a-rather-long-name-" + i);
      }
      story.with(many).task("t1").asksFor("search");
      String hint = story.saidTo(0).hint().orElseThrow();

      assertThat(hint.length()).isGreaterThan(15_000);
      assertThat(story.modelCall().inputBound()).isGreaterThan(120 + hint.length());
    }
  }

  @Nested
  final class Alerts_over_thresholds {
    @Test
    @Golden
    void each_threshold_is_told_once() {
      story.with(agent().alerts("$0.001", 2, Duration.ofMinutes(1))).task("t1");
      story.asksFor("search {\"q\":1}").result("s/1/0", "found").then("call model s/2/m1");

      story
          .asksFor("search {\"q\":2}")
          .result("s/2/0", "found")
          .then("alert COST 1200000 over 1000000", "alert STEPS 4 over 2", "call model s/3/m1");

      story.timePasses().then("alert DURATION 60000 over 60000");
      story.says("done").then("publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    @Golden
    void a_threshold_that_only_the_last_reply_passes_is_told_with_the_result() {
      story.with(agent().alerts("$0.0005", 50, Duration.ofHours(1))).task("t1").says("done");

      story.then("alert COST 600000 over 500000", "publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    void the_time_for_an_alert_is_waited_for_only_until_it_was_told() {
      story.with(agent().alerts("$9", 50, Duration.ofMinutes(1))).task("t1");
      assertThat(Waiting.next(story.state()).orElseThrow().timer())
          .isEqualTo(new Timer.LongRunning());

      story.timePasses();

      assertThat(Waiting.next(story.state()).orElseThrow().timer()).isEqualTo(new Timer.Deadline());
      story.again().repeated();
    }
  }

  @Nested
  final class Time {
    @Test
    void a_timer_that_fires_too_early_changes_nothing() {
      story.task("t1").asksFor("search", "refund");

      story.fires(new Timer.Deadline()).repeated();
      story.fires(new Timer.CallTimeout("s/1/0")).repeated();
      story.fires(new Timer.ApprovalExpiry("s/1/1")).repeated();
      story.fires(new Timer.Idle()).repeated();
      story.fires(new Timer.LongRunning()).repeated();
    }

    @Test
    void a_deadline_of_the_task_before_does_not_hit_the_next_one() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").task("t2");
      story.later(Duration.ofSeconds(55)).says("done");

      story.later(Duration.ofSeconds(10)).fires(new Timer.Deadline()).repeated();
    }

    @Test
    void a_timer_of_a_call_that_was_answered_changes_nothing() {
      story.task("t1").asksFor("search", "lookup").result("s/1/0", "found");

      story.later(Duration.ofMinutes(10)).fires(new Timer.CallTimeout("s/1/0")).repeated();
    }

    @Test
    void a_session_without_a_task_waits_for_no_time() {
      story.task("t1").says("done");

      assertThat(Waiting.next(story.state())).isEmpty();
      story.later(Duration.ofDays(1)).fires(new Timer.Deadline()).repeated();
    }

    @Test
    void people_are_waited_for_only_as_long_as_something_happens() {
      story
          .with(limits().idle(Duration.ofMinutes(10)))
          .task("t1")
          .asksFor("refund {\"id\":1}", "refund {\"id\":2}");

      story.later(Duration.ofMinutes(9)).rejects("s/1/0", "no");
      assertThat(Waiting.next(story.state()).orElseThrow().at())
          .isEqualTo(story.session().at().plus(Duration.ofMinutes(10)));

      story.approves("s/1/0").noted("no such request is open");
      assertThat(Waiting.next(story.state()).orElseThrow().at())
          .isEqualTo(story.session().at().minusSeconds(1).plus(Duration.ofMinutes(10)));
    }

    @Test
    void a_call_under_way_is_no_idleness() {
      story.with(limits().idle(Duration.ofSeconds(10))).task("t1").asksFor("refund", "search");

      assertThat(Waiting.next(story.state()).orElseThrow().timer())
          .isEqualTo(new Timer.CallTimeout("s/1/1"));
    }
  }

  @Test
  void the_same_limits_and_events_give_the_same_request_hash() {
    Story twin = new Story();
    for (Story one : new Story[] {story, twin}) {
      one.task("t1").asksFor("search").result("s/1/0", "found");
    }

    assertThat(twin.modelCall().requestHash()).isEqualTo(story.modelCall().requestHash());
    story.replies(Stop.PAUSED, "hm");
    assertThat(twin.modelCall().requestHash()).isNotEqualTo(story.modelCall().requestHash());
  }
}
