package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.agent.Rule.Action;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.planner.session.Given;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.Task;
import java.time.Duration;
import java.util.List;

/** What there is to do in a world: agents, and tasks with limits of all kinds. */
final class Program {
  static final String HELPER = "helper";

  /** Prices rise with the length of the prompt. */
  private static final Tariff TIERED =
      new Tariff(
          List.of(
              new Tariff.Tier(0, 1_000_000, 5_000_000),
              new Tariff.Tier(6_000, 2_000_000, 7_500_000)));

  private static final List<Agent> AGENTS =
      List.of(
          tools(Given.agent("plain")).build(),
          tools(Given.agent("asked"))
              .person("ask_human")
              .rule("lookups", "look*", Action.ASK)
              .build(),
          tools(Given.agent("trusted"))
              .rule("no-lookups", "lookup", Action.DENY)
              .ruleForDestructive("trusted", "refund", Action.ALLOW)
              .build(),
          tools(Given.agent("alone")).noApprover().build(),
          tools(Given.agent("parent")).subAgent(HELPER).person("ask_human").build(),
          tools(Given.agent("fallback"))
              .model("first", TIERED)
              .model("second", Given.TARIFF)
              .model("third", TIERED)
              .alerts("$0.01", 5, Duration.ofSeconds(40))
              .build(),
          Given.agent("single").single().build(),
          Given.agent("pipe")
              .destructive("refund")
              .tool("search")
              .modelStep("a", "{{task}}")
              .toolStepOrGoOn("b", "search", "{\"q\":\"{{a}}\"}")
              .toolStep("c", "refund", "{\"q\":\"{{b}}\"}")
              .modelStepOrGoOn("d", "{{c}}")
              .build());

  private static final Agent HELPING =
      tools(Given.agent("helper-agent")).model("small", TIERED).subAgent(HELPER).build();

  private Program() {}

  private static Given.AgentGiven tools(Given.AgentGiven agent) {
    return agent.tool("search").tool("lookup").destructive("refund");
  }

  static Task task(Chance chance, String id, String tenant, boolean governed) {
    Given.LimitsGiven limits =
        Given.limits()
            .steps((int) chance.between(1, 25))
            .tokens(chance.between(4_000, 300_000))
            .cost(Given.usd(chance.either("$0.02", "$0.1", "$0.5", "$2")))
            .sessionCost(
                chance.oneIn(2) ? Given.usd(chance.either("$0.05", "$0.3")) : NanoUsd.UNLIMITED)
            .duration(Duration.ofSeconds(chance.either(6, 60, 600, 3600)))
            .idle(Duration.ofSeconds(chance.either(20, 300, 3600)))
            .approvalIn(Duration.ofSeconds(chance.either(5, 30, 600)))
            .parallel((int) chance.between(1, 4))
            .identical((int) chance.between(1, 3))
            .output(chance.either(64L, 400L, 2_000L));
    if (chance.oneIn(3)) {
      limits.callsOf("search", chance.below(4));
    }
    if (chance.oneIn(4)) {
      limits.callsOf("*", 1 + chance.below(3));
    }
    return task(id, tenant, chance.of(AGENTS), limits.build(), governed);
  }

  /** The task of a sub-agent: what its parent carved out, within what the agent may. */
  static Task subTask(
      String id,
      String tenant,
      NanoUsd cost,
      int steps,
      long tokens,
      Duration time,
      boolean governed) {
    Limits asked = Given.limits().steps(steps).tokens(tokens).cost(cost).duration(time).build();
    Limits allowed = Given.limits().steps(12).cost("$0.5").output(400).build();
    return task(id, tenant, HELPING, asked.atMost(allowed), governed);
  }

  private static Task task(String id, String tenant, Agent agent, Limits limits, boolean governed) {
    return new Task(
        id, tenant, agent, limits, List.of(), governed, "do " + id, new Content("do " + id, 20));
  }
}
