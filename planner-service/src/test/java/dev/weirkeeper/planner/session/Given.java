package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Agent.Alerts;
import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.agent.Agent.Model;
import dev.weirkeeper.planner.agent.Agent.PipelineStep;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.agent.Rule;
import dev.weirkeeper.planner.agent.Rule.Action;
import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Agents and limits for scenarios, with a default for all that a scenario does not care about. */
public final class Given {
  private Given() {}

  /** $3 for a million input tokens and $15 for a million output tokens. */
  public static final Tariff TARIFF =
      new Tariff(List.of(new Tariff.Tier(0, 3_000_000, 15_000_000)));

  /** An agent that may search without asking and refund with a person's approval. */
  public static AgentGiven agent() {
    return new AgentGiven("support").tool("search").tool("lookup").destructive("refund");
  }

  public static AgentGiven agent(String name) {
    return new AgentGiven(name);
  }

  public static LimitsGiven limits() {
    return new LimitsGiven();
  }

  /** "$1.25" in nano-dollars. */
  public static NanoUsd usd(String amount) {
    return new NanoUsd(
        new java.math.BigDecimal(amount.replace("$", "")).movePointRight(9).longValueExact());
  }

  /** An agent in the making. */
  public static final class AgentGiven {
    private final String name;
    private Mode mode = Mode.LOOP;
    private boolean approver = true;
    private Alerts alerts = Alerts.NONE;
    private final List<Model> models = new ArrayList<>();
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<PipelineStep> steps = new ArrayList<>();

    private AgentGiven(String name) {
      this.name = name;
    }

    public AgentGiven tool(String tool) {
      return tool(tool, false, Optional.empty(), false);
    }

    public AgentGiven destructive(String tool) {
      return tool(tool, true, Optional.empty(), false);
    }

    public AgentGiven subAgent(String tool) {
      return tool(tool, false, Optional.of(tool), false);
    }

    public AgentGiven person(String tool) {
      return tool(tool, false, Optional.empty(), true);
    }

    private AgentGiven tool(
        String tool, boolean destructive, Optional<String> subAgent, boolean person) {
      tools.put(
          tool,
          new Tool(tool, "1", "default", destructive, Duration.ofSeconds(30), subAgent, person));
      return this;
    }

    public AgentGiven model(String model, Tariff tariff) {
      models.add(new Model(model, tariff));
      return this;
    }

    public AgentGiven rule(String id, String tool, Action action) {
      rules.add(new Rule(id, tool, action, false));
      return this;
    }

    public AgentGiven ruleForDestructive(String id, String tool, Action action) {
      rules.add(new Rule(id, tool, action, true));
      return this;
    }

    public AgentGiven noApprover() {
      approver = false;
      return this;
    }

    public AgentGiven single() {
      mode = Mode.SINGLE;
      return this;
    }

    public AgentGiven modelStep(String id, String template) {
      return step(id, Optional.empty(), template, false);
    }

    public AgentGiven toolStep(String id, String tool, String template) {
      return step(id, Optional.of(tool), template, false);
    }

    public AgentGiven toolStepOrGoOn(String id, String tool, String template) {
      return step(id, Optional.of(tool), template, true);
    }

    public AgentGiven modelStepOrGoOn(String id, String template) {
      return step(id, Optional.empty(), template, true);
    }

    private AgentGiven step(String id, Optional<String> tool, String template, boolean goOn) {
      mode = Mode.PIPELINE;
      steps.add(new PipelineStep(id, tool, template, Optional.empty(), goOn));
      return this;
    }

    public AgentGiven alerts(String cost, int mostSteps, Duration age) {
      alerts = new Alerts(usd(cost), mostSteps, Optional.of(age));
      return this;
    }

    public Agent build() {
      return new Agent(
          name,
          "1",
          "digest-of-" + name,
          mode,
          models.isEmpty() ? List.of(new Model("claude-test", TARIFF)) : models,
          tools,
          rules,
          approver,
          steps,
          500,
          alerts);
    }
  }

  /** Limits in the making. */
  public static final class LimitsGiven {
    private int steps = Limits.DEFAULT.maxSteps();
    private long tokens = Limits.DEFAULT.maxTokens();
    private NanoUsd cost = Limits.DEFAULT.maxCost();
    private NanoUsd sessionCost = Limits.DEFAULT.maxSessionCost();
    private Duration duration = Limits.DEFAULT.maxDuration();
    private Duration idle = Limits.DEFAULT.maxIdle();
    private final Map<String, Integer> perTool = new HashMap<>();
    private int parallel = Limits.DEFAULT.maxParallelCalls();
    private int identical = Limits.DEFAULT.maxIdenticalCalls();
    private long output = Limits.DEFAULT.maxOutputTokens();
    private Duration approval = Limits.DEFAULT.approvalTimeout();

    public LimitsGiven steps(int most) {
      steps = most;
      return this;
    }

    public LimitsGiven tokens(long most) {
      tokens = most;
      return this;
    }

    public LimitsGiven cost(String most) {
      cost = usd(most);
      return this;
    }

    public LimitsGiven cost(NanoUsd most) {
      cost = most;
      return this;
    }

    public LimitsGiven sessionCost(String most) {
      sessionCost = usd(most);
      return this;
    }

    public LimitsGiven sessionCost(NanoUsd most) {
      sessionCost = most;
      return this;
    }

    public LimitsGiven duration(Duration most) {
      duration = most;
      return this;
    }

    public LimitsGiven idle(Duration most) {
      idle = most;
      return this;
    }

    public LimitsGiven callsOf(String tool, int most) {
      perTool.put(tool, most);
      return this;
    }

    public LimitsGiven parallel(int most) {
      parallel = most;
      return this;
    }

    public LimitsGiven identical(int most) {
      identical = most;
      return this;
    }

    public LimitsGiven output(long most) {
      output = most;
      return this;
    }

    public LimitsGiven approvalIn(Duration most) {
      approval = most;
      return this;
    }

    public Limits build() {
      return new Limits(
          steps,
          tokens,
          cost,
          sessionCost,
          duration,
          idle,
          perTool,
          parallel,
          identical,
          output,
          approval);
    }
  }
}
