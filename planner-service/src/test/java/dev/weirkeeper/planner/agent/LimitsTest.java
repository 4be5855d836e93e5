package dev.weirkeeper.planner.agent;

import static dev.weirkeeper.planner.session.Given.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A task's limits within those of its agent. */
final class LimitsTest {
  @Test
  void a_task_may_ask_for_less() {
    Limits asked = limits().steps(3).cost("$0.10").duration(Duration.ofMinutes(1)).build();

    assertThat(asked.atMost(Limits.DEFAULT)).isEqualTo(asked);
    assertThat(asked.above(Limits.DEFAULT)).isEmpty();
  }

  @Test
  void a_task_never_gets_more_and_is_told_so() {
    Limits agent =
        limits()
            .steps(10)
            .tokens(1000)
            .cost("$1")
            .sessionCost("$2")
            .duration(Duration.ofMinutes(10))
            .idle(Duration.ofMinutes(5))
            .parallel(2)
            .identical(2)
            .output(100)
            .approvalIn(Duration.ofMinutes(1))
            .build();
    Limits asked =
        limits()
            .steps(11)
            .tokens(1001)
            .cost("$1.01")
            .sessionCost("$2.01")
            .duration(Duration.ofMinutes(11))
            .idle(Duration.ofMinutes(6))
            .parallel(3)
            .identical(3)
            .output(101)
            .approvalIn(Duration.ofMinutes(2))
            .build();

    assertThat(asked.atMost(agent)).isEqualTo(agent);
    assertThat(asked.above(agent))
        .containsExactly(
            "max_steps is 10 instead of 11",
            "max_tokens is 1000 instead of 1001",
            "max_cost is $1.00 instead of $1.01",
            "max_session_cost is $2.00 instead of $2.01",
            "max_duration is PT10M instead of PT11M",
            "max_idle is PT5M instead of PT6M",
            "max_parallel_calls is 2 instead of 3",
            "max_identical_calls is 2 instead of 3",
            "max_output_tokens is 100 instead of 101",
            "approval_timeout is PT1M instead of PT2M");
  }

  @Test
  void calls_of_each_tool_are_bounded_by_both() {
    Limits agent = limits().callsOf("search", 5).callsOf("*", 2).build();
    Limits asked = limits().callsOf("search", 9).callsOf("mail", 1).callsOf("sql", 7).build();

    Limits both = asked.atMost(agent);

    assertThat(both.maxCalls("search")).isEqualTo(5);
    assertThat(both.maxCalls("mail")).isEqualTo(1);
    assertThat(both.maxCalls("sql")).isEqualTo(2);
    assertThat(both.maxCalls("other")).isEqualTo(2);
    assertThat(asked.above(agent))
        .containsExactly(
            "max_calls_per_tool.search is 5 instead of 9",
            "max_calls_per_tool.sql is 2 instead of 7");
  }

  @Test
  void a_tasks_star_holds_for_tools_that_only_its_agent_names() {
    Limits agent = limits().callsOf("search", 5).build();
    Limits asked = limits().callsOf("*", 1).build();

    assertThat(asked.atMost(agent).maxCalls("search")).isEqualTo(1);
    assertThat(asked.atMost(agent).maxCalls("other")).isEqualTo(1);
  }
}
