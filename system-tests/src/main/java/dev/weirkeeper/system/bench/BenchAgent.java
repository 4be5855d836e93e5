package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The agent that calls the tool. */
final class BenchAgent {

  /** More than any run needs: limits are to be checked, not reached. */
  private static final int STEPS_SPARE = 10;

  private static final long MAX_TOKENS = 1_000_000_000_000L;
  private static final long MAX_NANO_USD = 1_000_000_000_000_000L;
  private static final int CALLS_PER_TOOL = 1_000_000;
  private static final long MAX_OUTPUT_TOKENS = 1024;

  private BenchAgent() {}

  /** For sessions of a workload. */
  static AgentDefinition of(Workload workload) {
    return AgentDefinition.newBuilder()
        .setName(BenchStack.AGENT)
        .setVersion("1")
        .setModel(
            ModelChoice.newBuilder()
                .setProvider(Provider.ANTHROPIC_MESSAGES)
                .setModel(RehearsalModel.MODEL)
                .build())
        .setSystemPrompt("Call the tool as often as you are told.")
        .setTools(List.of(EchoTool.NAME))
        .setLimits(
            Limits.newBuilder()
                .setMaxSteps(workload.steps() + STEPS_SPARE)
                .setMaxTokens(MAX_TOKENS)
                .setMaxCostNanoUsd(MAX_NANO_USD)
                .setMaxDurationMs(Duration.ofHours(1).toMillis())
                .setMaxCallsPerTool(Map.of(EchoTool.NAME, CALLS_PER_TOOL))
                .setMaxOutputTokens(MAX_OUTPUT_TOKENS)
                .build())
        .build();
  }
}
