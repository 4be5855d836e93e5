package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kill switch: whatever a task of a frozen tenant waits for, it ends, and starts no more. */
final class FrozenTenantTest {
  private static final String ENDED = "publish t1 CANCELLED: tenant acme is frozen";

  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void a_model_call_of_a_frozen_tenant_is_given_up_and_stays_in_the_ledger() {
    story.task("t1").tenantIsFrozen();

    story.then("abandon model s/1/m1", ENDED).ledger("UNSETTLED s/1/m1 $0.130731").in(Idle.class);
    story
        .lateReply("s/1/m1")
        .ledger(
            "UNSETTLED s/1/m1 -$0.130731", "SETTLED s/1/m1 $0.0006", "RELEASED s/1/m1 $0.130131");
  }

  @Test
  @Golden
  void open_calls_of_a_frozen_tenant_are_closed() {
    story.with(agent().subAgent("helper")).task("t1").asksFor("search", "refund", "helper");

    story.tenantIsFrozen().then("cancel agent s/1/2", ENDED).in(Idle.class);

    assertThat(story.saidTo(0).message()).contains("may still have run");
    assertThat(story.saidTo(1).message()).contains("before it ran");
    story.approves("s/1/1").noted("no such request is open");
  }

  @Test
  @Golden
  void a_frozen_tenant_gets_no_budget() {
    story.withTenantBudget(true).task("t1").in(AwaitingBudget.class);

    story.tenantIsFrozen().then(ENDED);

    story.granted("s/t1/b1", "$0.5").then("return budget s/t1/b1/late $0.50");
  }

  @Test
  @Golden
  void a_paused_task_of_a_frozen_tenant_ends() {
    story.pause().task("t1").in(Paused.class);

    story.tenantIsFrozen().then(ENDED);
  }

  @Test
  @Golden
  void waiting_tasks_of_a_frozen_tenant_never_begin() {
    story.task("t1").task("t2").task("t3");

    story
        .tenantIsFrozen()
        .then(
            "publish t2 CANCELLED: tenant acme is frozen",
            "publish t3 CANCELLED: tenant acme is frozen",
            "abandon model s/1/m1",
            ENDED)
        .in(Idle.class);
  }

  @Test
  void the_session_can_be_continued_when_the_tenant_is_thawed() {
    story.task("t1").asksFor("search").tenantIsFrozen();

    story
        .task("t2")
        .then("call model s/2/m1")
        .transcript("user", "model", "results CANCELLED", "user");
  }

  @Test
  void a_session_that_does_nothing_has_nothing_to_stop() {
    story.task("t1").says("done");

    story.tenantIsFrozen().repeated();
  }
}
