package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What can come whatever a session waits for: other tasks, and the answers to questions that an
 * earlier task asked and did not wait for.
 */
final class AnyTimeTest {
  @RegisterExtension final Story story = new Story();

  @BeforeEach
  void three_tasks_that_were_cancelled_while_they_waited() {
    story.with(agent().alerts("$9", 99, Duration.ofMinutes(5)));
    story.withTenantBudget(true).task("budget").cancel();
    story.withTenantBudget(false).task("model").cancel();
    story.task("tools").asksFor("search").cancel();
  }

  private void all_that_can_come(Class<? extends SessionState> situation) {
    story.in(situation).timePasses().then("alert DURATION 300000 over 300000");
    story.task("next").because("task next waits").thenNothing();
    story.unservable("nobody's", "there is no agent named x").thenAlso("publish nobody's FAILED");
    story.granted("s/budget/b1", "$0.5").then("return budget s/budget/b1/late $0.50");
    story
        .lateReply("s/2/m1")
        .ledger(
            "UNSETTLED s/2/m1 -$0.130959", "SETTLED s/2/m1 $0.0006", "RELEASED s/2/m1 $0.130359");
    story.result("s/3/0", "late").because("came too late and is ignored").thenNothing();
    story
        .decides("d99", "s/3/0", "", new Verdict.Approve(), "", Optional.empty())
        .noted("no such request is open");
    story.in(situation);
    assertThat(story.session().waiting()).hasSize(1);
  }

  @Test
  @Golden
  void while_the_tenants_budget_is_asked() {
    story.withTenantBudget(true).task("t1").pause();
    story.resume();

    all_that_can_come(AwaitingBudget.class);

    story.cancel("next").granted().says("done").thenAlso("publish t1 COMPLETE");
  }

  @Test
  @Golden
  void while_the_model_is_asked() {
    story.task("t1").pause();
    story.resume();

    all_that_can_come(AwaitingModel.class);

    story.says("done").thenAlso("publish t1 COMPLETE").thenAlso("call model s/5/m1");
  }

  @Test
  @Golden
  void while_tools_are_run() {
    story.task("t1").asksFor("refund");

    all_that_can_come(AwaitingTools.class);

    story.approves("s/4/0").result("s/4/0", "refunded").then("call model s/5/m1");
  }

  @Test
  @Golden
  void while_the_session_is_paused() {
    story.pause().task("t1");

    all_that_can_come(Paused.class);

    story.pause().noted("the session was paused before");
    story.resume().then("call model s/4/m1");
  }
}
