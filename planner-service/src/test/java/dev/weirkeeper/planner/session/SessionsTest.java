package dev.weirkeeper.planner.session;

import static dev.weirkeeper.planner.session.Given.agent;
import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class SessionsTest {
  @RegisterExtension final Story story = new Story();

  @Test
  @Golden
  void a_later_task_continues_the_conversation() {
    story.task("t1").says("hello").task("t2");

    story.then("call model s/2/m1").transcript("user", "model", "user");
  }

  @Test
  @Golden
  void tasks_run_one_at_a_time_in_the_order_they_came() {
    story.task("t1").task("t2").because("task t2 waits for task t1").thenNothing();
    story.task("t3").thenNothing();

    story.says("one").then("publish t1 COMPLETE: the model ended its turn", "call model s/2/m1");
    story.says("two").then("publish t2 COMPLETE: the model ended its turn", "call model s/3/m1");
    story.says("three").in(Idle.class);
    story.transcript("user", "model", "user", "model", "user", "model");
    assertThat(story.result("t3").firstSequence()).isEqualTo(3);
  }

  @Test
  @Golden
  void a_repeated_task_is_run_once() {
    story.task("t1").again().repeated();

    story.says("done").then("publish t1 COMPLETE: the model ended its turn");

    story.task("t1").repeated();
  }

  @Test
  void a_task_that_can_not_be_served_waits_for_nobody() {
    story.task("t1").unservable("t2", "tenant acme is frozen");

    story.then("publish t2 FAILED: tenant acme is frozen").in(AwaitingModel.class);
    story.unservable("t2", "tenant acme is frozen").repeated();
    story.task("t2").repeated();
  }

  @Test
  @Golden
  void each_task_is_pinned_to_the_agent_it_came_with() {
    story.task("t1").with(agent("other").tool("search")).task("t2").says("one");

    assertThat(story.modelCall().agent().name()).isEqualTo("other");
    assertThat(story.result("t1").agent().orElseThrow().name()).isEqualTo("support");
  }

  @Test
  @Golden
  void senseless_limits_are_refused_in_words() {
    story.with(limits().parallel(0)).task("t1");

    story.then("publish t1 FAILED: max_parallel_calls is 0: give at least 1").in(Idle.class);
  }

  @Test
  void a_pipeline_whose_steps_can_not_be_told_apart_is_refused_in_words() {
    story.with(agent("p").modelStep("a", "x").modelStep("a", "y")).task("t1");

    story.then(
        "publish t1 FAILED: agent p has two meanings for {{a}}:"
            + " give each step an id of its own, not `task`");
  }

  @Test
  void many_waiting_tasks_that_end_at_once_each_have_their_result() {
    story.with(limits().sessionCost("$0.2")).repliesCost("$0.199").task("first");
    for (int i = 0; i < 1_500; i++) {
      story.task("t" + i);
    }

    story.says("done");

    assertThat(story.last().effects()).hasSize(1_501);
    assertThat(Waiting.outstanding(story.state())).isEmpty();
    story.in(Idle.class);
  }

  @Test
  void a_clock_that_was_set_back_stands_still() {
    story.task("t1");

    story.later(Duration.ofHours(-1)).says("done");

    assertThat(story.result("t1").endedAt()).isEqualTo(story.result("t1").acceptedAt());
    assertThat(story.session().at()).isEqualTo(Story.START);
  }

  @Nested
  final class Pause {
    @Test
    @Golden
    void a_paused_session_starts_no_model_call_until_it_is_resumed() {
      story.task("t1").asksFor("search").pause().thenNothing();

      story.result("s/1/0", "found").thenNothing().in(Paused.class);
      story.resume().then("call model s/2/m1").in(AwaitingModel.class);
    }

    @Test
    @Golden
    void an_answer_that_ends_the_task_is_not_held_up() {
      story.task("t1").pause();

      story.says("done").then("publish t1 COMPLETE: the model ended its turn");
    }

    @Test
    @Golden
    void the_next_task_of_a_paused_session_waits_too() {
      story.task("t1").task("t2").pause();

      story.cancel("t1");

      story
          .then("abandon model s/1/m1", "publish t1 CANCELLED: ann cancelled it: not needed")
          .in(Paused.class);
      story.resume().then("call model s/2/m1");
    }

    @Test
    @Golden
    void an_idle_session_can_be_paused_before_its_task_comes() {
      story.pause().in(Idle.class).task("t1").thenNothing().in(Paused.class);

      story.resume().then("call model s/1/m1");
    }

    @Test
    void a_lost_model_call_is_not_made_again_while_paused() {
      story.task("t1").pause();

      story.modelCallIsLost().thenNothing().in(Paused.class);

      story.resume().then("call model s/2/m1");
      assertThat(story.run().spent().modelCalls()).isEqualTo(2);
    }

    @Test
    void resuming_before_the_pause_took_hold_changes_nothing_for_the_model() {
      story.task("t1").pause().resume().thenNothing();

      story.asksFor("search").result("s/1/0", "found").then("call model s/2/m1");
    }

    @Test
    @Golden
    void a_repeated_control_changes_nothing() {
      story.task("t1").asksFor("search").pause();
      SessionEvent pause = story.steps().getLast().event();
      story.resume().on(pause).repeated();

      story.result("s/1/0", "found").then("call model s/2/m1");
    }

    @Test
    @Golden
    void controls_that_change_nothing_are_in_the_log() {
      story.resume().noted("nothing is paused");
      story.task("t1").pause();
      story.pause().noted("the session was paused before");
    }

    @Test
    @Golden
    void the_deadline_goes_on_while_paused() {
      story.with(limits().duration(Duration.ofMinutes(5))).pause().task("t1");

      story.timePasses();

      story.then("publish t1 DEADLINE_EXCEEDED: the task took longer than its limit of PT5M");
    }

    @Test
    @Golden
    void a_paused_task_can_be_cancelled() {
      story.pause().task("t1").cancel();

      story.then("publish t1 CANCELLED: ann cancelled it: not needed").in(Idle.class);
    }
  }
}
