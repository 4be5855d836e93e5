package dev.weirkeeper.operations.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.health.ServiceIdentity;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class TracingTest {

  private static final ServiceIdentity PLANNER = new ServiceIdentity("planner", "1", Map.of());
  private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant END = START.plusMillis(1500);
  private static final String CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final Tracing tracing = Tracing.of(PLANNER, SimpleSpanProcessor.create(spans));

  @Test
  void calls_are_children_of_the_task_and_the_task_of_its_producer() {
    TaskTrace trace = tracing.accept(headers(CALLER), "s", "t");
    tracing.chat(trace.headers(), chat("s/1/0", Optional.empty()));
    tracing.tool(trace.headers(), tool("s/1/1"));
    tracing.agent(trace, agent(Optional.empty()));

    SpanData agent = named("invoke_agent support");
    assertThat(agent.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(agent.getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(named("chat claude").getParentSpanId()).isEqualTo(agent.getSpanId());
    assertThat(named("chat claude").getTraceId()).isEqualTo(agent.getTraceId());
    assertThat(named("chat claude").getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(named("execute_tool calculator").getParentSpanId()).isEqualTo(agent.getSpanId());
  }

  @Test
  void a_task_without_a_context_starts_a_trace_that_is_the_same_in_every_process() {
    tracing.agent(tracing.accept(headers(), "s", "t"), agent(Optional.empty()));
    Tracing other = Tracing.of(PLANNER, SimpleSpanProcessor.create(spans));
    tracing.chat(other.accept(headers(), "s", "t").headers(), chat("s/1/0", Optional.empty()));

    SpanData agent = named("invoke_agent support");
    assertThat(agent.getParentSpanContext().isValid()).isFalse();
    assertThat(named("chat claude").getTraceId()).isEqualTo(agent.getTraceId());
    assertThat(named("chat claude").getParentSpanId()).isEqualTo(agent.getSpanId());
  }

  @Test
  void a_span_has_the_times_of_the_records_and_the_names_of_the_conventions() {
    tracing.chat(headers(), chat("s/1/0", Optional.empty()));
    SpanData chat = named("chat claude");
    assertThat(chat.getEndEpochNanos() - chat.getStartEpochNanos()).isEqualTo(1_500_000_000L);
    assertThat(chat.getAttributes().asMap())
        .containsEntry(GenAiNames.OPERATION, "chat")
        .containsEntry(GenAiNames.PROVIDER, "anthropic")
        .containsEntry(GenAiNames.INPUT_TOKENS, 100L)
        .containsEntry(GenAiNames.CACHE_WRITE_TOKENS, 10L)
        .containsEntry(GenAiNames.REQUESTS, 2L)
        .containsEntry(GenAiNames.TIME_TO_FIRST_CHUNK, 0.25);
    assertThat(chat.getAttributes().asMap().keySet())
        .extracting(Object::toString)
        .contains("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_read.input_tokens");
  }

  @Test
  void a_failure_is_an_error_with_its_type() {
    tracing.chat(headers(), chat("s/1/0", Optional.of("OVERLOADED")));
    assertThat(named("chat claude").getStatus())
        .isEqualTo(StatusData.create(io.opentelemetry.api.trace.StatusCode.ERROR, "OVERLOADED"));
    assertThat(named("chat claude").getAttributes().get(GenAiNames.ERROR_TYPE))
        .isEqualTo("OVERLOADED");
  }

  @Test
  void another_attempt_is_another_span_and_the_same_attempt_the_same() {
    tracing.chat(headers(), chat("s/1/0", Optional.empty()));
    tracing.chat(headers(), chat("s/1/0", Optional.empty()));
    tracing.chat(headers(), chat("s/2/0", Optional.empty()));
    assertThat(spans.getFinishedSpanItems().stream().map(SpanData::getSpanId).distinct())
        .hasSize(2);
  }

  @Test
  void a_trace_the_producer_did_not_sample_is_not_reported() {
    TaskTrace trace = tracing.accept(headers(CALLER.replaceAll("01$", "00")), "s", "t");
    tracing.agent(trace, agent(Optional.empty()));
    tracing.chat(trace.headers(), chat("s/1/0", Optional.empty()));
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(TraceContext.from(trace.headers()).orElseThrow().sampled()).isFalse();
  }

  @Test
  void a_header_that_is_no_context_is_as_good_as_none() {
    for (String text :
        new String[] {
          "",
          "nonsense",
          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"
        }) {
      assertThat(TraceContext.from(headers(text))).as(text).isEmpty();
    }
  }

  @Test
  void what_a_producers_tracing_system_says_goes_on() {
    Headers headers = headers(CALLER);
    headers.add("tracestate", "vendor=1,other=x".getBytes(StandardCharsets.US_ASCII));
    TaskTrace trace = tracing.accept(headers, "s", "t");
    tracing.agent(trace, agent(Optional.empty()));

    assertThat(new String(trace.headers().lastHeader("tracestate").value(), StandardCharsets.UTF_8))
        .isEqualTo("vendor=1,other=x");
    SpanData agent = named("invoke_agent support");
    assertThat(agent.getSpanContext().getTraceState().get("vendor")).isEqualTo("1");
  }

  @Test
  void a_sub_agent_is_within_the_call_that_asked_for_it() {
    TaskTrace parent = tracing.accept(headers(CALLER), "s", "t");
    TaskTrace child = tracing.accept(parent.headersForSubAgent("s/1/1"), "s/1/1", "s/1/1");
    tracing.subAgent(parent, tool("s/1/1"));
    tracing.agent(child, agent(Optional.empty()));

    assertThat(named("invoke_agent support").getParentSpanId())
        .isEqualTo(named("execute_tool calculator").getSpanId());
  }

  @Test
  void a_wait_for_a_person_is_linked_to_what_the_person_did() {
    TaskTrace trace = tracing.accept(headers(), "s", "t");
    tracing.approval(
        trace,
        new ApprovalSpan(
            "s",
            "t",
            "s/1/0",
            "delete_record",
            "default",
            "approve",
            TraceContext.from(headers(CALLER)),
            START,
            END));

    SpanData wait = named("await_approval delete_record");
    assertThat(wait.getParentSpanId()).isEqualTo(trace.own().orElseThrow().spanId());
    assertThat(wait.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly("b7ad6b7169203331");
  }

  @Test
  void a_batch_is_a_trace_of_its_own_linked_to_the_tasks_in_it() {
    TaskTrace trace = tracing.accept(headers(), "s", "t");
    tracing.ingest(new IngestSpan(10, 900, List.of(trace.own().orElseThrow()), START, END));

    SpanData batch = named("audit_ingest");
    assertThat(batch.getParentSpanContext().isValid()).isFalse();
    assertThat(batch.getTraceId()).isNotEqualTo(trace.own().orElseThrow().traceId());
    assertThat(batch.getLinks())
        .extracting(link -> link.getSpanContext().getSpanId())
        .containsExactly(trace.own().orElseThrow().spanId());
  }

  @Test
  void without_spans_of_our_own_a_task_stays_where_its_producer_was() {
    Tracing off = Tracing.off();
    assertThat(off.accept(headers(), "s", "t")).isEqualTo(TaskTrace.NONE);
    assertThat(TraceContext.from(off.accept(headers(CALLER), "s", "t").headers()))
        .isEqualTo(TraceContext.from(headers(CALLER)));
    assertThat(off.on()).isFalse();
  }

  @Test
  void spans_reach_a_collector_with_the_headers_it_wants() throws Exception {
    LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          received.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("api-key")
                  + " "
                  + new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      TraceConfig config =
          new TraceConfig(
              Optional.of(URI.create("http://127.0.0.1:" + collector.getAddress().getPort())),
              Optional.empty(),
              Optional.of(Secret.of("api-key=k1")));
      try (Tracing sending = Tracing.start(config, PLANNER)) {
        sending.agent(sending.accept(headers(), "s", "t"), agent(Optional.empty()));
      }
      assertThat(received.poll(10, TimeUnit.SECONDS))
          .startsWith("/v1/traces k1 ")
          .contains("invoke_agent support");
    } finally {
      collector.stop(0);
    }
  }

  private SpanData named(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Headers headers(String... traceparent) {
    Headers headers = new RecordHeaders();
    for (String text : traceparent) {
      headers.add("traceparent", text.getBytes(StandardCharsets.US_ASCII));
    }
    return headers;
  }

  private static AgentSpan agent(Optional<String> failure) {
    return new AgentSpan(
        "s", "t", "acme", "support", "3", "claude", TokenCounts.NONE, 5, 3, failure, START, END);
  }

  private static ChatSpan chat(String call, Optional<String> failure) {
    return new ChatSpan(
        "s",
        "t",
        call,
        1,
        "anthropic",
        "claude",
        "claude-1",
        1000,
        new TokenCounts(100, 20, 30, 10, 5),
        7,
        "end_turn",
        2,
        Optional.of("req_1"),
        Optional.of(Duration.ofMillis(250)),
        failure,
        START,
        END);
  }

  private static ToolSpan tool(String call) {
    return new ToolSpan("s", "t", call, 1, "calculator", "e-1", Optional.empty(), START, END);
  }
}
