package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.session.Given;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.Story;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.TimerFired;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import dev.weirkeeper.wire.Verdict;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class SpansTest {
  private static final TraceContext APPROVER =
      TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null)
          .orElseThrow();

  @RegisterExtension final Story story = new Story();

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final Tracing tracing =
      Tracing.of(
          new ServiceIdentity("planner", "1", Map.of()), SimpleSpanProcessor.create(exported));
  private final Spans spans = new Spans(tracing);
  private final TaskTrace trace = tracing.accept(new RecordHeaders(), "s", "t1");

  @Test
  void a_wait_for_a_person_ends_with_the_decision() {
    story.task("t1").asksFor("refund {\"id\":7}");
    story.approves("s/1/0");
    Headers headers = new RecordHeaders();
    APPROVER.writeTo(headers);

    moved(decision("s/1/0", Verdict.APPROVE), headers);

    SpanData wait = exported.getFinishedSpanItems().getFirst();
    assertThat(wait.getName()).isEqualTo("await_approval refund");
    assertThat(verdict(wait)).isEqualTo("approve");
    assertThat(wait.getEndEpochNanos() - wait.getStartEpochNanos())
        .isEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(wait.getLinks()).hasSize(1);
  }

  @Test
  void a_call_that_still_waits_is_not_reported() {
    story.task("t1").asksFor("refund {\"id\":7}", "refund {\"id\":8}");
    story.approves("s/1/1");

    moved(decision("s/1/1", Verdict.APPROVE), new RecordHeaders());

    assertThat(exported.getFinishedSpanItems())
        .extracting(span -> span.getAttributes().get(AttributeKey.stringKey("gen_ai.tool.call.id")))
        .containsExactly("s/1/1");
  }

  @Test
  void a_wait_that_nobody_ended_has_expired() {
    story.task("t1").asksFor("refund {\"id\":7}");
    story.rejects("s/1/0", "silence");

    moved(new TimerFired("approval:s/1/0"), new RecordHeaders());

    assertThat(verdict(exported.getFinishedSpanItems().getFirst())).isEqualTo("expired");
  }

  @Test
  void a_sub_agent_that_is_done_is_a_tool_call_of_its_parent() {
    story.with(Given.agent().subAgent("helper")).task("t1").asksFor("helper {\"n\":1}");
    story.subAgentDone("s/1/0", "$0.1", "$0", 1);

    moved(result("s/1/0"), new RecordHeaders());

    SpanData call = exported.getFinishedSpanItems().getFirst();
    assertThat(call.getName()).isEqualTo("execute_tool helper");
    assertThat(call.getParentSpanId()).isEqualTo(trace.own().orElseThrow().spanId());
    assertThat(call.getSpanId())
        .isEqualTo(TraceContext.from(trace.headersForSubAgent("s/1/0")).orElseThrow().spanId());
  }

  private void moved(SpecificRecord input, Headers headers) {
    Story.Step last = story.steps().getLast();
    spans.moved((AwaitingTools) last.before(), last.decision().next(), trace, input, headers);
  }

  private static String verdict(SpanData span) {
    return span.getAttributes().get(AttributeKey.stringKey("weirkeeper.approval.verdict"));
  }

  private static ApprovalDecision decision(String call, Verdict verdict) {
    return ApprovalDecision.newBuilder()
        .setDecisionId("d")
        .setCallId(call)
        .setSessionId("s")
        .setArgumentsHash("")
        .setVerdict(verdict)
        .setDecidedBy("ann")
        .setDecidedAt(Story.START)
        .build();
  }

  private static ToolResult result(String call) {
    return ToolResult.newBuilder()
        .setCallId(call)
        .setSessionId("s")
        .setTaskId("t1")
        .setTool("helper")
        .setContent("done")
        .setExecutor("planner")
        .setStartedAt(Story.START)
        .setUsage(Usage.newBuilder().build())
        .build();
  }
}
