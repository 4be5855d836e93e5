package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Idle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class CancelTest {
  private static final String CANCELLED = "publish t1 CANCELLED: ann cancelled it: not needed";

  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void while_the_model_is_asked_its_reservation_is_held_until_the_reply_comes() {
    story.task("t1");

    story.cancel().then("abandon model s/1/m1", CANCELLED);
    story.ledger("UNSETTLED s/1/m1 $0.130731");

    story
        .lateReply("s/1/m1")
        .thenNothing()
        .ledger(
            "UNSETTLED s/1/m1 -$0.130731", "SETTLED s/1/m1 $0.0006", "RELEASED s/1/m1 $0.130131");
    story.again().repeated();
    assertThat(story.session().account().spent()).hasToString("$0.0006");
    assertThat(story.session().account().held()).isEmpty();
  }

  @Test
  @Golden
  void while_tools_run_every_open_call_is_closed_and_the_session_can_go_on() {
    story.with(limits().parallel(2)).task("t1").asksFor("search", "lookup", "lookup {\"id\":2}");
    story.result("s/1/0", "found");

    story.cancel().then(CANCELLED);

    story.transcript("user", "model", "results 3 CANCELLED CANCELLED");
    assertThat(story.saidTo(1).message())
        .isEqualTo("cancelled; it may still have run: ann cancelled it: not needed");
    story.result("s/1/1", "late").because("came too late and is ignored").thenNothing();
    story.task("t2").then("call model s/2/m1");
  }

  @Test
  @Golden
  void while_a_person_is_asked_the_call_never_runs() {
    story.task("t1").asksFor("refund");

    story.cancel().then(CANCELLED);

    assertThat(story.saidTo(0).message())
        .isEqualTo("cancelled before it ran: ann cancelled it: not needed");
    story.approves("s/1/0").noted("no such request is open");
  }

  @Test
  void calls_that_waited_for_a_place_are_closed_without_having_run() {
    story.with(limits().parallel(1)).task("t1").asksFor("search", "lookup").cancel();

    assertThat(story.saidTo(1).message()).startsWith("cancelled before it ran");
  }

  @Test
  @Golden
  void while_the_tenants_budget_is_asked_the_grant_goes_back_when_it_comes() {
    story.withTenantBudget(true).task("t1").cancel().then(CANCELLED);

    story.granted("s/t1/b1", "$0.5").then("return budget s/t1/b1/late $0.50");
    story.again().repeated();
  }

  @Test
  @Golden
  void a_waiting_task_can_be_cancelled_without_touching_the_running_one() {
    story.task("t0").task("t1").task("t2");

    story.cancel("t1").then(CANCELLED).in(AwaitingModel.class);

    story.says("done").thenAlso("publish t0").thenAlso("call model s/2/m1");
    assertThat(story.run().task().id()).isEqualTo("t2");
  }

  @Test
  void the_running_task_is_meant_if_none_is_named() {
    story.task("t1").task("t2").cancel();

    story.thenAlso(CANCELLED).thenAlso("call model s/2/m1");
  }

  @Test
  @Golden
  void a_cancel_that_is_faster_than_its_task_still_counts() {
    story.cancel("t1").because("task t1 is cancelled before it came").in(Idle.class);

    story.task("t1").then("publish t1 CANCELLED: it was cancelled before it came").in(Idle.class);
    story.task("t1").repeated();
  }

  @Test
  void a_cancel_that_is_faster_than_its_task_counts_behind_a_running_one() {
    story.task("t0").cancel("t1").task("t1");

    story.then("publish t1 CANCELLED: it was cancelled before it came").in(AwaitingModel.class);
  }

  @Test
  @Golden
  void a_cancel_for_nothing_is_in_the_log() {
    story.cancel().noted("nothing to cancel");
    story.task("t1").says("done").cancel("t1").noted("task t1 has ended");
  }

  @Test
  @Golden
  void a_repeated_cancel_does_not_reach_the_next_task() {
    story.task("t1").task("t2").cancel();

    story.again().repeated();

    assertThat(story.run().task().id()).isEqualTo("t2");
  }

  @Test
  @Golden
  void sub_agents_are_cancelled_with_their_parent() {
    story.with(agent().subAgent("helper")).task("t1").asksFor("helper", "search");

    story.cancel().then("cancel agent s/1/0", CANCELLED);
  }

  @Test
  void a_paused_turn_that_was_cancelled_leaves_a_session_that_can_go_on() {
    story.task("t1").replies(Stop.PAUSED, "searching").cancel();

    story.task("t2").then("call model s/3/m1").transcript("user", "model", "user");
  }
}
