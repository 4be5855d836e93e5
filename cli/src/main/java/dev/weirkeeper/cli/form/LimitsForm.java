package dev.weirkeeper.cli.form;

import dev.weirkeeper.wire.Limits;
import java.util.Map;

/** Limits of a task or an agent as people write them: dollars and times with units. */
final class LimitsForm {

  private LimitsForm() {}

  static Limits read(Form form) {
    Map<String, Integer> perTool = form.countMap("max_calls_per_tool");
    return Limits.newBuilder()
        .setMaxSteps(form.positive("max_steps").orElse(null))
        .setMaxTokens(form.positiveLong("max_tokens").orElse(null))
        .setMaxCostNanoUsd(form.dollars("max_cost_usd").orElse(null))
        .setMaxSessionCostNanoUsd(form.dollars("max_session_cost_usd").orElse(null))
        .setMaxDurationMs(form.duration("max_duration").orElse(null))
        .setMaxIdleMs(form.duration("max_idle").orElse(null))
        .setMaxCallsPerTool(perTool)
        .setMaxParallelCalls(form.positive("max_parallel_calls").orElse(null))
        .setMaxIdenticalCalls(form.positive("max_identical_calls").orElse(null))
        .setMaxOutputTokens(form.positiveLong("max_output_tokens").orElse(null))
        .setApprovalTimeoutMs(form.duration("approval_timeout").orElse(null))
        .build();
  }
}
