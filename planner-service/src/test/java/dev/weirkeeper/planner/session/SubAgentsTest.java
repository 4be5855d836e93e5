package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class SubAgentsTest {
  @RegisterExtension final Story story = new Story();

  @BeforeEach
  void an_agent_with_a_sub_agent() {
    story.with(agent().subAgent("helper"));
  }

  private List<StartAgent> started() {
    return story.last().effects().stream()
        .filter(StartAgent.class::isInstance)
        .map(StartAgent.class::cast)
        .toList();
  }

  @Test
  @Golden
  void a_sub_agent_has_a_share_of_its_parents_budget_and_its_spend_rolls_up() {
    story.with(limits().cost("$1").steps(20).tokens(50_000)).task("t1");

    story.asksFor("helper {\"task\":\"find\"}").then("start agent s/1/0 helper");
    StartAgent start = started().getFirst();
    assertThat(start.maxCost()).hasToString("$0.4997");
    assertThat(start.maxSteps()).isEqualTo(9);
    assertThat(start.maxTokens()).isEqualTo((50_000 - 120) / 2);

    story.subAgentDone("s/1/0", "$0.25", "$0", 5).then("call model s/2/m1");
    story.says("done");

    Spent spent = story.result("t1").spent();
    assertThat(spent.total()).hasToString("$0.2512");
    assertThat(spent.steps()).isEqualTo(3 + 5);
    assertThat(spent.usage().total()).isEqualTo(2 * 120 + 1100);
    assertThat(story.session().account().held()).isEmpty();
  }

  @Test
  @Golden
  void parallel_sub_agents_share_what_is_left_and_never_more() {
    story.with(limits().cost("$1").steps(20).tokens(50_000)).task("t1");

    story.asksFor("helper {\"n\":1}", "helper {\"n\":2}", "helper {\"n\":3}");

    assertThat(started()).extracting(StartAgent::maxCost).containsOnly(Given.usd("$0.24985"));
    assertThat(started()).extracting(StartAgent::maxSteps).containsOnly(4);
    assertThat(started()).extracting(StartAgent::maxTokens).containsOnly((50_000L - 120) / 4);
    Left left = Left.of(story.session(), story.run());
    assertThat(left).isEqualTo(new Left(Given.usd("$0.24985"), 4, (50_000L - 120) / 4));
  }

  @Test
  void sub_agents_started_one_after_the_other_share_too() {
    story.with(limits().cost("$1").steps(12).parallel(1)).task("t1");
    story.asksFor("helper {\"n\":1}", "helper {\"n\":2}");
    assertThat(started().getFirst().maxSteps()).isEqualTo(3);

    story.subAgentDone("s/1/0", "$0.2", "$0", 3);

    assertThat(started().getFirst().maxCost()).hasToString("$0.3997");
    assertThat(started().getFirst().maxSteps()).isEqualTo(3);
  }

  @Test
  @Golden
  void one_that_times_out_is_cancelled_and_keeps_its_share_until_it_reports() {
    story.with(limits().cost("$1")).task("t1").asksFor("helper");

    story.timePasses().then("cancel agent s/1/0", "call model s/2/m1");
    assertThat(story.saidTo(0).code()).isEqualTo(Code.TIMEOUT);
    story.says("done without it");
    assertThat(story.result("t1").spent().childUnsettled()).hasToString("$0.4997");

    story.subAgentDone("s/1/0", "$0.25", "$0.01", 4).because("too late and is ignored");

    assertThat(story.session().account().spent()).hasToString("$0.2512");
    assertThat(story.session().account().unsettled()).hasToString("$0.01");
    assertThat(story.session().account().held()).isEmpty();
    story.again().repeated();
  }

  @Test
  @Golden
  void one_that_reports_late_to_the_task_it_worked_for_is_rolled_up() {
    story.with(limits().cost("$2").steps(20)).task("t1");
    story.asksFor("helper {\"n\":1}", "helper {\"n\":2}").subAgentDone("s/1/1", "$0.1", "$0", 1);
    story.timePasses().thenAlso("cancel agent s/1/0").thenAlso("call model s/2/m1");

    story.subAgentDone("s/1/0", "$0.2", "$0", 2).thenNothing();

    assertThat(story.run().spent().total()).hasToString("$0.3006");
    assertThat(story.run().spent().steps()).isEqualTo(4 + 3);
  }

  @Test
  void one_that_was_given_up_counts_against_the_next_task_of_the_session() {
    story.with(limits().sessionCost("$1")).task("t1").asksFor("helper").cancel();

    story.with(limits().sessionCost("$0.505")).task("t2");

    story.thenAlso("publish t2 COST_LIMIT_EXCEEDED");
    story.subAgentDone("s/1/0", "$0.1", "$0", 2).task("t3").then("call model s/3/m1");
  }

  @Test
  void what_may_have_been_charged_for_one_is_not_spent_again() {
    story.with(limits().cost("$1")).task("t1").asksFor("helper");

    story.subAgentDone("s/1/0", "$0.1", "$0.39", 2);

    assertThat(Left.of(story.session(), story.run()).cost()).hasToString("$0.5094");
    story.says("done");
    assertThat(story.result("t1").spent().totalUnsettled()).hasToString("$0.39");
  }

  @Test
  void a_forged_refund_is_no_refund() {
    story.with(limits().cost("$1")).task("t1").asksFor("helper");

    story.subAgentDone("s/1/0", "-$5", "-$5", 2);

    assertThat(Left.of(story.session(), story.run()).cost()).hasToString("$0.9994");
  }

  @Test
  void an_ordinary_tool_has_no_say_in_the_money() {
    story.task("t1").asksFor("search").timePasses();

    story.subAgentDone("s/1/0", "$3", "$0", 9).because("too late");

    assertThat(story.session().account().spent()).hasToString(Story.REPLY_COSTS);
  }

  @Test
  @Golden
  void without_budget_left_none_is_started() {
    story.with(limits().steps(3)).task("t1").asksFor("helper {\"n\":1}", "search");

    story.then("call tool s/1/1 search {}").result("s/1/1", "found");

    assertThat(story.saidTo(0).code()).isEqualTo(Code.RATE_LIMITED);
  }

  @Test
  void without_limits_there_is_nothing_to_carve_out() {
    story.with(limits().cost(NanoUsd.UNLIMITED)).task("t1").asksFor("helper {\"n\":1}", "helper");

    assertThat(started()).extracting(StartAgent::maxCost).containsOnly(NanoUsd.UNLIMITED);
    story.subAgentDone("s/1/0", "$3", "$0", 9).subAgentDone("s/1/1", "$3", "$0", 9);
    assertThat(story.run().spent().childCost()).hasToString("$6.00");
  }

  @Test
  void one_whose_session_could_have_no_name_is_not_started() {
    Story deep = new Story("s".repeat(252)).with(agent().subAgent("helper")).task("t1");

    deep.asksFor("helper").then("call model " + "s".repeat(252) + "/2/m1");

    assertThat(deep.saidTo(0).message()).contains("nested too deeply");
  }

  @Nested
  final class When_the_parent_ends {
    @Test
    @Golden
    void at_its_deadline_its_sub_agents_are_cancelled() {
      story.with(limits().duration(Duration.ofMinutes(1))).task("t1").asksFor("helper");

      story
          .timePasses()
          .then(
              "cancel agent s/1/0",
              "publish t1 DEADLINE_EXCEEDED: the task took longer than its limit of PT1M");
    }
  }
}
