package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.call.CallError;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolResult;
import java.time.Duration;
import java.time.Instant;

/** Between the wire's records and our values. */
final class CallWire {

  private CallWire() {}

  static Call call(ToolCall wire) {
    return new Call(
        wire.getCallId(),
        wire.getSessionId(),
        wire.getTaskId(),
        wire.getAttempt(),
        wire.getTool(),
        wire.getArguments(),
        wire.getArgumentsHash(),
        wire.getDeadline(),
        wire.getAgent(),
        wire.getTenant(),
        wire.getRequestedAt());
  }

  /**
   * @param deliveries how often the call was delivered
   */
  static ToolResult result(
      Call call, Answer answer, String executor, int deliveries, Instant started, Instant ended) {
    ToolResult.Builder result =
        ToolResult.newBuilder()
            .setCallId(call.id())
            .setSessionId(call.sessionId())
            .setTaskId(call.taskId())
            .setAttempt(call.attempt())
            .setTool(call.tool())
            .setTries(answer.tries())
            .setFromJournal(answer.fromJournal())
            .setDeliveryCount(deliveries)
            .setExecutor(executor)
            .setStartedAt(started)
            .setDurationMs(Math.max(0, Duration.between(started, ended).toMillis()));
    switch (answer.outcome()) {
      case Outcome.Succeeded succeeded ->
          result
              .setContent(succeeded.content())
              .setFullBytes(succeeded.fullBytes())
              .setHandle(succeeded.handle().orElse(null));
      case Outcome.Failed failed -> result.setError(error(failed.error()));
    }
    return result.build();
  }

  private static ToolError error(CallError error) {
    return ToolError.newBuilder()
        .setCode(error.code())
        .setMessage(error.message())
        .setHint(error.hint().isEmpty() ? null : error.hint())
        .setDetails(
            error.details().isEmpty()
                ? null
                : ToolJson.mapper().writeValueAsString(error.details()))
        .build();
  }
}
