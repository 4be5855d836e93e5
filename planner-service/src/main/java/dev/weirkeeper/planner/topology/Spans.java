package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.trace.AgentSpan;
import dev.weirkeeper.operations.trace.ApprovalSpan;
import dev.weirkeeper.operations.trace.ChatSpan;
import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.operations.trace.TokenCounts;
import dev.weirkeeper.operations.trace.ToolSpan;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall;
import dev.weirkeeper.planner.session.OpenCall.Progress;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelError;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.TimerFired;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What a planner reports to tracing: tasks, model calls, waits for people and sub-agents, each when
 * it is over. A decision that is made again after a crash is reported again, as the same span.
 */
public record Spans(Tracing tracing) {

  /** A model call has its reply. */
  public void replied(ModelCall call, ModelReply reply, Headers headers) {
    if (!tracing.on()) {
      return;
    }
    Optional<ModelError> error = Optional.ofNullable(reply.getError());
    tracing.chat(
        headers,
        new ChatSpan(
            call.getSessionId(),
            call.getTaskId(),
            call.getCallId(),
            call.getAttempt(),
            reply.getProvider() == Provider.ANTHROPIC_MESSAGES ? "anthropic" : "openai",
            call.getModel().getModel(),
            error.isPresent() ? "" : reply.getModel(),
            call.getMaxOutputTokens(),
            counts(reply.getUsage()),
            reply.getCostNanoUsd(),
            reply.getRawStopReason(),
            reply.getHttpAttempts(),
            Optional.ofNullable(reply.getProviderRequestId()),
            Optional.ofNullable(reply.getFirstTokenMs()).map(Duration::ofMillis),
            error.map(known -> lower(known.getKind())),
            reply.getStartedAt(),
            reply.getStartedAt().plusMillis(reply.getDurationMs())));
  }

  /** A task has ended. */
  void ended(String sessionId, TaskTrace trace, PublishResult result) {
    tracing.agent(
        trace,
        new AgentSpan(
            sessionId,
            result.id(),
            result.tenant(),
            result.agent().map(agent -> agent.name()).orElse(""),
            result.agent().map(agent -> agent.version()).orElse(""),
            result.agent().map(agent -> agent.models().get(result.model()).name()).orElse(""),
            counts(result.spent().usage()),
            result.spent().total().value(),
            result.spent().steps(),
            result.status() == Status.COMPLETE
                ? Optional.empty()
                : Optional.of(lower(result.status())),
            result.acceptedAt(),
            result.endedAt()));
  }

  /**
   * A session has moved on: reports the calls that waited for a person or for a sub-agent before
   * and do not any more.
   */
  void moved(
      AwaitingTools before,
      SessionState after,
      TaskTrace trace,
      SpecificRecord input,
      Headers headers) {
    for (OpenCall call : before.calls()) {
      switch (call.progress()) {
        case Progress.Gated(AskPerson request) when !stillSo(call, after) ->
            tracing.approval(
                trace,
                new ApprovalSpan(
                    before.session().id(),
                    request.taskId(),
                    call.id(),
                    call.tool(),
                    request.rule(),
                    verdict(call, input),
                    input instanceof ApprovalDecision
                        ? TraceContext.from(headers)
                        : Optional.empty(),
                    request.at(),
                    after.session().at()));
        case Progress.Sent(StartAgent start) when !stillSo(call, after) ->
            tracing.subAgent(
                trace,
                new ToolSpan(
                    before.session().id(),
                    start.taskId(),
                    call.id(),
                    1,
                    call.tool(),
                    "planner",
                    failure(call, input),
                    start.at(),
                    after.session().at()));
        default -> {
          // still where it was, or of no interest to anybody but its executor
        }
      }
    }
  }

  private static boolean stillSo(OpenCall call, SessionState after) {
    return after instanceof AwaitingTools tools && tools.calls().contains(call);
  }

  private static String verdict(OpenCall call, SpecificRecord input) {
    return switch (input) {
      case ApprovalDecision decision when decision.getCallId().equals(call.id()) ->
          lower(decision.getVerdict());
      case TimerFired fired when fired.getTimer().endsWith(call.id()) -> "expired";
      default -> "closed";
    };
  }

  private static Optional<String> failure(OpenCall call, SpecificRecord input) {
    return switch (input) {
      case ToolResult result when result.getCallId().equals(call.id()) ->
          Optional.ofNullable(result.getError()).map(error -> lower(error.getCode()));
      case TimerFired fired when fired.getTimer().endsWith(call.id()) -> Optional.of("timeout");
      default -> Optional.of("cancelled");
    };
  }

  private static TokenCounts counts(Usage usage) {
    return counts(
        new TokenUsage(
            usage.getUncachedInput(),
            usage.getCacheWrite5m(),
            usage.getCacheWrite1h(),
            usage.getCacheRead(),
            usage.getOutput(),
            usage.getReasoningOutput()));
  }

  private static TokenCounts counts(TokenUsage usage) {
    return new TokenCounts(
        usage.input(),
        usage.output(),
        usage.read(),
        usage.write5m() + usage.write1h(),
        usage.reasoning());
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
