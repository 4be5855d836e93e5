package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionState.Paused;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ModesTest {
  @RegisterExtension final Story story = new Story();

  @Nested
  final class A_single_call {
    @Test
    @Golden
    void is_one_call_and_one_answer() {
      story.with(agent("title").single()).task("t1").then("call model s/1/m1");

      story.says("A Title").then("publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    @Golden
    void has_no_tools() {
      story.with(agent("title").single()).task("t1");

      story
          .asksFor("search")
          .then("publish t1 FAILED: the model asked for a tool, and a single call has none")
          .transcript("user", "model", "results CANCELLED");
    }
  }

  @Nested
  final class A_pipeline {
    private Given.AgentGiven mail() {
      return agent("mail")
          .destructive("send_email")
          .tool("lookup")
          .modelStep("extract", "Names in: {{task}}")
          .toolStep("enrich", "lookup", "{\"names\":\"{{extract}}\"}")
          .modelStep("format", "Write to {{ enrich }} about {{task}}")
          .toolStep("send", "send_email", "{\"text\":\"{{format}}\"}");
    }

    @Test
    @Golden
    void runs_its_steps_in_order_and_fills_in_what_came_before() {
      story.with(mail()).task("t1").then("call model s/1/m1");
      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("Names in: do t1");

      story.says("a \"b\"\n").then("call tool s/2/0 lookup {\"names\":\"a \\\"b\\\"\\u000a\"}");
      story.result("s/2/0", "Ann").then("call model s/3/m1");
      assertThat(story.modelCall().prompt().orElseThrow().text())
          .isEqualTo("Write to Ann about do t1");
      story.says("Dear Ann").then("ask person s/4/0 send_email {\"text\":\"Dear Ann\"}");
      story.approves("s/4/0").then("call tool s/4/0 send_email {\"text\":\"Dear Ann\"}");
      story.result("s/4/0", "sent").then("publish t1 COMPLETE: all 4 steps are done");

      assertThat(story.result("t1").text()).isEqualTo("sent");
      assertThat(story.result("t1").spent().steps()).isEqualTo(4);
    }

    @Test
    @Golden
    void stops_at_a_failed_step() {
      story.with(mail()).task("t1").says("a");

      story.error("s/2/0", "timeout").then("publish t1 FAILED: step enrich: timeout");
    }

    @Test
    @Golden
    void goes_on_after_a_failed_step_that_may_fail() {
      story
          .with(
              agent("p").tool("lookup").toolStepOrGoOn("a", "lookup", "{}").modelStep("b", "{{a}}"))
          .task("t1")
          .then("call tool s/1/0 lookup {}");

      story.error("s/1/0", "timeout").then("call model s/2/m1");

      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("timeout");
    }

    @Test
    void goes_on_after_a_model_step_that_may_fail() {
      story.with(agent("p").modelStepOrGoOn("a", "x").modelStep("b", "{{a}}")).task("t1");

      story.replies(Stop.REFUSED, "no").then("call model s/2/m1");

      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("the model refused");
    }

    @Test
    @Golden
    void stops_at_a_step_that_the_model_refuses() {
      story.with(mail()).task("t1");

      story.replies(Stop.REFUSED, "no").then("publish t1 REFUSED: step extract: the model refused");
    }

    @Test
    void stops_at_a_reply_that_was_cut_off() {
      story.with(mail()).task("t1");

      story
          .replies(Stop.MAX_OUTPUT_TOKENS, "so f")
          .thenAlso("publish t1 FAILED: step extract: the reply was cut off at 8192 output tokens");
    }

    @Test
    @Golden
    void stops_at_a_step_that_a_person_rejects() {
      story.with(mail()).task("t1").says("a").result("s/2/0", "Ann").says("Dear Ann");

      story.rejects("s/4/0", "not now");

      story.then("publish t1 FAILED: step send: rejected: not now");
    }

    @Test
    @Golden
    void uses_what_a_person_answered() {
      story
          .with(
              agent("p")
                  .person("ask_human")
                  .toolStep("ask", "ask_human", "{\"q\":\"{{task}}\"}")
                  .modelStep("say", "{{ask}}"))
          .task("t1")
          .then("ask person s/1/0 ask_human {\"q\":\"do t1\"}");

      story.answers("s/1/0", "the red one");

      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("the red one");
    }

    @Test
    void has_the_same_limits_as_a_loop() {
      story.with(limits().steps(1)).with(mail()).task("t1");

      story.says("a").thenAlso("publish t1 MAX_STEPS_EXCEEDED: the turn asks for 1 calls");
      story.transcript("user");
    }

    @Test
    void can_not_be_paused_by_the_model() {
      story.with(mail()).task("t1").replies(Stop.PAUSED, "searching");

      story
          .then(
              "publish t1 FAILED: step extract: the model paused, and a step of a pipeline has no"
                  + " turn to go on with")
          .transcript("user");
    }

    @Test
    @Golden
    void can_be_paused_and_cancelled_by_a_person() {
      story.with(mail()).task("t1").pause().says("a").thenNothing().in(Paused.class);
      story.resume().then("call tool s/2/0 lookup {\"names\":\"a\"}");

      story.cancel().then("publish t1 CANCELLED: ann cancelled it: not needed");

      story.transcript("user");
      story.result("s/2/0", "late").because("too late");
    }

    @Test
    void leaves_no_calls_in_the_conversation_that_no_model_asked_for() {
      story.with(mail()).task("t1").says("a").error("s/2/0", "timeout");

      story.with(agent()).task("t2").transcript("user", "user");
    }

    @Test
    void asks_again_for_a_step_whose_reply_was_lost() {
      story.with(mail()).task("t1").modelCallIsLost().then("call model s/1/m2");

      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("Names in: do t1");
    }

    @Test
    void fails_a_step_whose_input_is_too_long() {
      story.with(mail()).task("t1").says("x".repeat(300_000));

      story.then(
          "publish t1 FAILED: step enrich: its input is 300012 characters long, at most 262144 are"
              + " allowed");
    }

    @Test
    void without_steps_is_done_at_once() {
      Given.AgentGiven empty = agent("p").modelStep("a", "x");
      story.with(empty).task("t1").says("only").then("publish t1 COMPLETE: all 1 steps are done");
    }

    @Test
    void a_name_that_nothing_gave_a_value_stays_as_it_is() {
      story.with(agent("p").modelStep("a", "{{other}}")).task("t1");

      assertThat(story.modelCall().prompt().orElseThrow().text()).isEqualTo("{{other}}");
    }
  }
}
