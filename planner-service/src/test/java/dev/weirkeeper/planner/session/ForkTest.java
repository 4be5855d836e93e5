package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Fork.Answer;
import dev.weirkeeper.planner.session.Fork.Call;
import dev.weirkeeper.planner.session.Fork.Kind;
import dev.weirkeeper.planner.session.Fork.Message;
import dev.weirkeeper.planner.session.Fork.Output;
import dev.weirkeeper.planner.session.Fork.Used;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Copying;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Session {@code s} goes on from a point of session {@code o}. */
final class ForkTest {
  private static final Message SAID_FIRST = new Message.Said(0);
  private static final Message SAID_THEN = new Message.Said(1);
  private static final Message FOUND =
      new Message.Answers(List.of(new Answer("p-search", Optional.of(2), Optional.empty())));

  @RegisterExtension final Story story = new Story();

  private static Used used(int steps, long tokens, String cost) {
    return new Used(steps, tokens, Given.usd(cost), Map.of("search", 1), List.of(), 0, List.of());
  }

  private Story a_turn_with_a_search_is_copied() {
    return story
        .copied(Kind.USER, "do t1", 0)
        .copied(Kind.MODEL, "search", 1)
        .copied(Kind.ANSWER, "found", 0);
  }

  private Story it_goes_on() {
    return story.forked("t1", 1, used(2, 120, "$0.0006"), SAID_FIRST, SAID_THEN, FOUND);
  }

  @Test
  @Golden
  void a_fork_asks_what_the_original_asked() {
    Story original = new Story().task("t1").asksFor("search").result("s/1/0", "found");

    a_turn_with_a_search_is_copied();
    it_goes_on().then("call model s/2/m1").because("goes on from event 7 of session o");

    assertThat(story.modelCall().requestHash()).isEqualTo(original.modelCall().requestHash());
    story.transcript("user", "model", "results 3");
    story.says("done").thenAlso("publish t1 COMPLETE");
    assertThat(story.result("t1").spent().steps()).isEqualTo(1);
    assertThat(story.result("t1").spent().total()).hasToString(Story.REPLY_COSTS);
  }

  @Test
  @Golden
  void a_fork_does_nothing_again_that_was_answered_and_gates_the_rest_anew() {
    story
        .copied(Kind.USER, "do t1", 0)
        .copied(Kind.MODEL, "search,refund,lookup,gone", 4)
        .copied(Kind.ANSWER, "found", 0);
    List<Call> calls =
        List.of(
            new Call(
                Story.requested("search"),
                Optional.of(new Answer("p-search", Optional.of(2), Optional.empty()))),
            new Call(Story.requested("refund"), Optional.empty()),
            new Call(Story.requested("lookup"), Optional.empty()),
            new Call(Story.requested("gone"), Optional.empty()));

    story.forked("t1", 1, used(5, 120, "$0.0006"), calls, SAID_FIRST, SAID_THEN);

    story.then("ask person s/1/1 refund {}", "call tool s/1/2 lookup {}");
    story.result("s/1/2", "seen").rejects("s/1/1", "no").then("call model s/2/m1");
    story.transcript("user", "model", "results 3 REJECTED 5 UNKNOWN_TOOL");
    assertThat(story.run().spent().steps()).isEqualTo(1);
  }

  @Test
  @Golden
  void a_fork_keeps_an_answer_the_planner_gave_itself() {
    CallError error = CallError.of(Code.RATE_LIMITED, "too often", "stop");
    a_turn_with_a_search_is_copied();

    story.forked(
        "t1",
        1,
        used(1, 120, "$0.0006"),
        SAID_FIRST,
        SAID_THEN,
        new Message.Answers(List.of(new Answer("p-search", Optional.empty(), Optional.of(error)))));

    story.then("call model s/2/m1").transcript("user", "model", "results RATE_LIMITED");
  }

  @Test
  @Golden
  void a_fork_of_an_idle_session_waits_for_a_task() {
    story.copied(Kind.USER, "do t1", 0).copied(Kind.MODEL, "done", 0);

    story.forked(Optional.empty(), 1, Used.NOTHING, List.of(), SAID_FIRST, SAID_THEN);

    story.thenNothing().in(Idle.class);
    story.task("t2").then("call model s/2/m1").transcript("user", "model", "user");
  }

  @Test
  void a_pipeline_goes_on_with_its_next_step() {
    story.with(agent("pipe").modelStep("a", "{{task}}").modelStep("b", "sum up {{a}}"));
    Used used =
        new Used(1, 120, NanoUsd.ZERO, Map.of(), List.of(), 0, List.of(new Output("a", "a text")));
    story.copied(Kind.USER, "do t1", 0);

    story.forked("t1", 1, used, SAID_FIRST).then("call model s/2/m1");

    assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("sum up a text");
  }

  @Nested
  final class What_had_been_used_counts {
    @Test
    void as_steps() {
      story.with(limits().steps(2));
      a_turn_with_a_search_is_copied();

      it_goes_on()
          .then("publish t1 MAX_STEPS_EXCEEDED: 2 steps were used of at most 2")
          .in(Idle.class);
    }

    @Test
    void as_tokens() {
      story.with(limits().tokens(150));
      a_turn_with_a_search_is_copied();

      it_goes_on().thenAlso("publish t1 TOKEN_BUDGET_EXCEEDED: 120 tokens were used");
    }

    @Test
    @Golden
    void what_a_fork_inherits_counts_as_money_and_is_not_charged_again() {
      story.with(limits().cost("$0.01"));
      a_turn_with_a_search_is_copied();

      story.forked("t1", 1, used(2, 120, "$0.005"), SAID_FIRST, SAID_THEN, FOUND);

      story.thenAlso("publish t1 COST_LIMIT_EXCEEDED");
      assertThat(story.result("t1").spent().total()).isEqualTo(NanoUsd.ZERO);
      assertThat(story.session().account().spent()).isEqualTo(NanoUsd.ZERO);
    }

    @Test
    void as_calls_of_a_tool() {
      story.with(limits().callsOf("search", 1));
      a_turn_with_a_search_is_copied();

      it_goes_on().asksFor("search {\"q\":2}");

      assertThat(story.saidTo(0).code()).isEqualTo(Code.RATE_LIMITED);
    }

    @Test
    void for_the_identical_call_breaker() {
      String signature = "search " + Sha256.plain("{}");
      story.with(limits().identical(1));
      a_turn_with_a_search_is_copied();
      Used used = new Used(2, 120, NanoUsd.ZERO, Map.of(), List.of(signature), 0, List.of());

      story.forked("t1", 1, used, SAID_FIRST, SAID_THEN, FOUND).asksFor("search");

      assertThat(story.saidTo(0).message()).contains("with these very arguments");
    }

    @Test
    void while_the_deadline_begins_anew() {
      a_turn_with_a_search_is_copied();

      it_goes_on();

      assertThat(story.run().deadline())
          .isEqualTo(story.run().startedAt().plus(story.run().limits().maxDuration()));
      assertThat(story.run().startedAt()).isAfter(Story.START);
    }
  }

  @Nested
  final class What_does_not_fit {
    @Test
    @Golden
    void a_fork_with_a_missing_part_fails() {
      story.copied(Kind.USER, "do t1", 0).copied(2, Kind.ANSWER, "found", 0).repeated();

      story.copied(Kind.MODEL, "search", 1).copied(Kind.MODEL, "x", 0);
      story.copied(7, Kind.MODEL, "x", 0).repeated();
      story.forked("t1", 1, Used.NOTHING, SAID_FIRST, new Message.Said(9));

      story.thenAlso("publish t1 FAILED").because("there is no part 9");
    }

    @Test
    void fails_if_fewer_parts_came_than_were_sent() {
      story.copied(Kind.USER, "do t1", 0);
      story.copied(5, Kind.MODEL, "lost", 0);
      Fork fork =
          new Fork(
              Story.ORIGIN, 2, Optional.empty(), List.of(SAID_FIRST), List.of(), 0, Used.NOTHING);

      story.on(new SessionEvent.Forked(Story.START.plusSeconds(9), fork));

      story.noted("1 of 2 parts have come");
    }

    @Test
    void fails_if_a_part_is_of_another_kind() {
      a_turn_with_a_search_is_copied();

      story.forked("t1", 1, Used.NOTHING, SAID_FIRST, new Message.Said(2));

      story.thenAlso("publish t1 FAILED").because("part 2 is no message");
    }

    @Test
    void fails_if_an_answer_is_none() {
      a_turn_with_a_search_is_copied();

      story.forked(
          "t1",
          1,
          Used.NOTHING,
          new Message.Answers(List.of(new Answer("p", Optional.of(1), Optional.empty()))));
      story.because("part 1 is no answer");
      story.forked(
          "t2",
          1,
          Used.NOTHING,
          new Message.Answers(List.of(new Answer("p", Optional.empty(), Optional.empty()))));
      story.because("neither a result nor an error");
    }

    @Test
    void fails_with_limits_that_make_no_sense() {
      story.with(limits().steps(0)).copied(Kind.USER, "do t1", 0);

      story.forked("t1", 0, Used.NOTHING, SAID_FIRST).because("max_steps is 0");
    }
  }

  @Nested
  final class While_it_is_copied {
    @Test
    @Golden
    void a_task_drops_an_unfinished_fork() {
      a_turn_with_a_search_is_copied().in(Copying.class);

      story.task("t9").then("call model s/1/m1").because("the fork was not finished");

      story.transcript("user").copied(Kind.MODEL, "late", 0).repeated();
    }

    @Test
    @Golden
    void whatever_else_comes_while_a_fork_is_copied_is_noted() {
      a_turn_with_a_search_is_copied();

      story.cancel().noted("nothing to cancel");
      story.decides("s/1/0", "", new Verdict.Approve(), "").noted("no such request is open");
      story.unservable("t8", "no such agent").thenAlso("publish t8 FAILED");
      story.pause().resume().in(Copying.class);

      it_goes_on().then("call model s/2/m1");
    }

    @Test
    @Golden
    void the_task_of_a_fork_may_be_cancelled_before_it_goes_on() {
      a_turn_with_a_search_is_copied().cancel("t1");

      it_goes_on().then("publish t1 CANCELLED: it was cancelled before it came").in(Idle.class);

      story.task("t2").transcript("user", "model", "results 3", "user");
    }

    @Test
    void a_pause_holds_the_first_call_back() {
      a_turn_with_a_search_is_copied().pause();

      it_goes_on().thenNothing().in(Paused.class);

      story.resume().then("call model s/2/m1");
    }
  }

  @Test
  void parts_and_the_start_count_once() {
    a_turn_with_a_search_is_copied().again().repeated();

    it_goes_on().again().repeated();
  }

  @Test
  @Golden
  void a_session_with_a_history_takes_no_fork() {
    story.task("t1").says("done");

    story.copied(Kind.USER, "do t2", 0).repeated();
    story.forked("t2", 0, Used.NOTHING, SAID_FIRST);

    story.then("publish t2 FAILED: the session has a history of its own: fork into a new one");
  }

  @Test
  @Golden
  void a_session_at_work_takes_no_fork() {
    story.withTenantBudget(true).task("t1").in(AwaitingBudget.class);
    story.forked("f1", 0, Used.NOTHING, SAID_FIRST).thenAlso("publish f1 FAILED");
    story.granted().in(AwaitingModel.class);
    story.forked("f2", 0, Used.NOTHING, SAID_FIRST).thenAlso("publish f2 FAILED");
    story.asksFor("search").in(AwaitingTools.class);
    story.forked("f3", 0, Used.NOTHING, SAID_FIRST).thenAlso("publish f3 FAILED");
    story.pause().result("s/1/0", "found").in(Paused.class);
    story.forked("f4", 0, Used.NOTHING, SAID_FIRST).thenAlso("publish f4 FAILED");

    story.resume().says("done").thenAlso("publish t1 COMPLETE");
  }
}
