package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.agent.Rule.Action;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Effect.Approval;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class GateTest {
  private static final String REFUND = "refund {\"id\":7}";

  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void a_destructive_call_waits_for_a_person_and_runs_once_approved() {
    story.task("t1");

    story.asksFor(REFUND).then("ask person s/1/0 refund {\"id\":7}");

    story.approves("s/1/0").then("call tool s/1/0 refund {\"id\":7}");
    assertThat(story.effect(CallTool.class).approval())
        .contains(new Approval("default", Optional.of("ann"), Optional.of("d3")));
    story.result("s/1/0", "refunded").then("call model s/2/m1");
  }

  @Test
  void the_request_shows_what_is_asked_and_until_when() {
    story.task("t1").asksFor(REFUND);

    AskPerson request = story.effect(AskPerson.class);

    assertThat(request.question()).isFalse();
    assertThat(request.arguments().hash()).isEqualTo(Sha256.plain("{\"id\":7}"));
    assertThat(request.spent()).hasToString(Story.REPLY_COSTS);
    assertThat(Duration.between(request.at(), request.expires())).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  @Golden
  void a_rejected_call_never_runs_and_the_model_is_told_why() {
    story.task("t1").asksFor(REFUND);

    story.rejects("s/1/0", "ask the customer first").then("call model s/2/m1");

    assertThat(story.saidTo(0).code()).isEqualTo(Code.REJECTED);
    assertThat(story.saidTo(0).message()).isEqualTo("rejected: ask the customer first");
  }

  @Test
  @Golden
  void an_edited_call_runs_with_the_persons_arguments_and_says_so() {
    story.task("t1").asksFor(REFUND);

    story
        .edits("s/1/0", "{\"id\":8}")
        .then("call tool s/1/0 refund {\"id\":8}")
        .because(Sha256.plain("{\"id\":8}") + " instead of " + Sha256.plain("{\"id\":7}"));
    assertThat(story.effect(CallTool.class).arguments().hash())
        .isEqualTo(Sha256.plain("{\"id\":8}"));
  }

  @Test
  @Golden
  void a_person_answers_in_the_tools_place() {
    story.with(agent().person("ask_human")).task("t1").asksFor("ask_human {\"q\":\"which?\"}");
    assertThat(story.effect(AskPerson.class).question()).isTrue();

    story.answers("s/1/0", "the red one").then("call model s/2/m1");

    story.transcript("user", "model", "results 3");
  }

  @Test
  @Golden
  void nobody_deciding_in_time_answers_the_call_with_a_timeout() {
    story.task("t1").asksFor(REFUND);

    story.timePasses().then("call model s/2/m1");

    assertThat(story.saidTo(0).code()).isEqualTo(Code.TIMEOUT);
    assertThat(story.saidTo(0).message())
        .isEqualTo("nobody decided on the call in time; it was not run");
    story.approves("s/1/0").noted("no such request is open");
  }

  @Test
  @Golden
  void without_an_approver_the_model_is_told_that_a_person_must_confirm() {
    story.with(agent().noApprover()).task("t1");

    story.asksFor(REFUND).then("call model s/2/m1");

    assertThat(story.saidTo(0).code()).isEqualTo(Code.CONFIRMATION_REQUIRED);
  }

  @Test
  @Golden
  void calls_of_one_turn_are_decided_each_on_its_own_in_any_order() {
    story.task("t1");
    story
        .asksFor("refund {\"id\":1}", "search", "refund {\"id\":2}", "refund {\"id\":3}")
        .then(
            "ask person s/1/0 refund {\"id\":1}",
            "ask person s/1/2 refund {\"id\":2}",
            "ask person s/1/3 refund {\"id\":3}",
            "call tool s/1/1 search {}");

    story.approves("s/1/3").then("call tool s/1/3 refund {\"id\":3}");
    story.rejects("s/1/0", "no").thenNothing();
    story.result("s/1/1", "found").result("s/1/3", "refunded").in(AwaitingTools.class);
    story.edits("s/1/2", "{\"id\":9}").then("call tool s/1/2 refund {\"id\":9}");
    story.result("s/1/2", "refunded").then("call model s/2/m1");

    story.transcript("user", "model", "results REJECTED 5 8 6");
  }

  @Test
  @Golden
  void a_decision_on_the_last_open_call_continues_the_loop() {
    story.task("t1").asksFor("search", REFUND).result("s/1/0", "found");

    story.rejects("s/1/1", "").then("call model s/2/m1").in(AwaitingModel.class);

    assertThat(story.saidTo(1).message()).isEqualTo("a person rejected the call");
  }

  @Nested
  final class A_decision_is_refused {
    @Test
    @Golden
    void if_it_is_for_other_arguments() {
      story.task("t1").asksFor(REFUND);

      story
          .decides("s/1/0", Sha256.plain("{\"id\":999}"), new Verdict.Approve(), "")
          .noted("it is for other arguments");

      story.approves("s/1/0").then("call tool s/1/0 refund {\"id\":7}");
    }

    @Test
    @Golden
    void if_it_comes_twice() {
      story.task("t1").asksFor(REFUND, "search").approves("s/1/0");

      story.again().repeated();
      story.approves("s/1/0").noted("no such request is open");
    }

    @Test
    @Golden
    void if_it_comes_too_late_even_before_the_timer() {
      story.task("t1").asksFor(REFUND);

      story.later(Duration.ofMinutes(31)).approves("s/1/0").noted("it came after");
    }

    @Test
    void at_the_very_moment_it_expires() {
      story.with(limits().approvalIn(Duration.ofSeconds(60))).task("t1").asksFor(REFUND);

      story.later(Duration.ofSeconds(60)).approves("s/1/0").noted("it came after");
    }

    @Test
    @Golden
    void if_its_session_waits_for_nobody() {
      story.approves("s/1/0").noted("no such request is open");
      story.task("t1").approves("s/1/0").noted("no such request is open");
      story.asksFor(REFUND).rejects("s/1/0", "no");
      story.approves("s/1/0").noted("no such request is open");
    }

    @Test
    @Golden
    void if_the_shell_found_something_wrong_with_it() {
      story.task("t1").asksFor(REFUND);

      story
          .decides(
              "d9",
              "s/1/0",
              Sha256.plain("{\"id\":7}"),
              new Verdict.Approve(),
              "",
              Optional.of("its signature does not fit"))
          .noted("its signature does not fit");
    }

    @Test
    void if_it_answers_what_was_a_yes_or_no_question() {
      story.task("t1").asksFor(REFUND);

      story.answers("s/1/0", "maybe").noted("the request asks for a yes or no");
    }

    @Test
    void if_it_approves_what_was_a_question() {
      story.with(agent().person("ask_human")).task("t1").asksFor("ask_human");

      story.approves("s/1/0").noted("the request asks for an answer");
      story.edits("s/1/0", "{}").noted("the request asks for an answer");
    }

    @Test
    void if_it_is_for_a_call_that_needs_none() {
      story.task("t1").asksFor("search");

      story.approves("s/1/0").noted("no such request is open");
    }

    @Test
    void and_its_id_can_not_be_used_for_another_call() {
      story.task("t1").asksFor("refund {\"id\":1}", "refund {\"id\":2}");
      story.decides(
          "d9", "s/1/0", Sha256.plain("{\"id\":1}"), new Verdict.Approve(), "", Optional.empty());

      story
          .decides(
              "d9",
              "s/1/1",
              Sha256.plain("{\"id\":2}"),
              new Verdict.Approve(),
              "",
              Optional.empty())
          .repeated();
    }
  }

  @Test
  void a_result_before_the_approval_is_refused() {
    story.task("t1").asksFor(REFUND);

    story.result("s/1/0", "forged").noted("came before it was sent");

    story.in(AwaitingTools.class);
  }

  @Test
  void an_approved_call_waits_for_a_free_place() {
    story.with(limits().parallel(1)).task("t1").asksFor("search", REFUND);

    story.approves("s/1/1").thenNothing();
    story.result("s/1/1", "forged").noted("came before it was sent");
    story.result("s/1/0", "found").then("call tool s/1/1 refund {\"id\":7}");
  }

  @Nested
  final class Rules {
    @Test
    @Golden
    void the_rule_that_let_a_call_through_is_with_the_call() {
      story.with(agent().rule("small-refunds", "refund", Action.ALLOW)).task("t1");

      story.asksFor(REFUND).then("call tool s/1/0 refund {\"id\":7}");

      assertThat(story.effect(CallTool.class).approval())
          .contains(new Approval("small-refunds", Optional.empty(), Optional.empty()));
    }

    @Test
    @Golden
    void a_rule_can_ask_about_a_harmless_call() {
      story.with(agent().rule("all", "sea*", Action.ASK)).task("t1");

      story.asksFor("search", "lookup");

      story.then("ask person s/1/0 search {}", "call tool s/1/1 lookup {}");
      assertThat(story.effect(AskPerson.class).rule()).isEqualTo("all");
    }

    @Test
    @Golden
    void a_rule_can_forbid_a_call() {
      story.with(agent().rule("never", "refund", Action.DENY)).task("t1");

      story.asksFor(REFUND).then("call model s/2/m1");

      assertThat(story.saidTo(0).code()).isEqualTo(Code.REJECTED);
      assertThat(story.saidTo(0).message()).isEqualTo("rule never forbids refund");
    }

    @Test
    void the_first_rule_that_fits_decides() {
      story
          .with(agent().rule("a", "search", Action.DENY).ruleForDestructive("b", "*", Action.ALLOW))
          .task("t1");

      story.asksFor("search", "refund", "lookup");

      story.then("call tool s/1/1 refund {}", "call tool s/1/2 lookup {}");
    }

    @Test
    void a_question_is_asked_whatever_the_rule_allows() {
      story.with(agent().person("ask_human").rule("ok", "*", Action.ALLOW)).task("t1");

      story.asksFor("ask_human").then("ask person s/1/0 ask_human {}");
    }
  }

  @Test
  void a_gated_call_and_a_sent_one_each_have_their_time() {
    story.task("t1").asksFor(REFUND, "search");

    assertThat(Waiting.next(story.state()).orElseThrow().timer())
        .isEqualTo(new Timer.CallTimeout("s/1/1"));
    assertThat(Waiting.outstanding(story.state()))
        .extracting(Story::words)
        .containsExactly("ask person s/1/0 refund {\"id\":7}", "call tool s/1/1 search {}");
  }
}
