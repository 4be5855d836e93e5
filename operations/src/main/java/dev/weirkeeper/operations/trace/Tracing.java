package dev.weirkeeper.operations.trace;

import dev.weirkeeper.operations.health.ServiceIdentity;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;

/**
 * Reports the spans of one service. Thread-safe; reporting never blocks on the network: what the
 * collector does not take in time is dropped, since a trace is no proof (the log is).
 */
public final class Tracing implements AutoCloseable {

  private static final String SCOPE = "dev.weirkeeper";

  /** More links than this say no more. */
  private static final int MOST_LINKS = 128;

  /** What the SDK is told unless its own variables say otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of("otel.exporter.otlp.protocol", "http/protobuf");

  /** Metrics are scraped and logs are written to the output; the SDK sends neither. */
  private static final Map<String, String> FIXED =
      Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none");

  private final Optional<SdkTracerProvider> provider;
  private final Tracer tracer;

  private Tracing(Optional<SdkTracerProvider> provider) {
    this.provider = provider;
    this.tracer =
        provider
            .map(
                sdk ->
                    sdk.tracerBuilder(SCOPE)
                        .setInstrumentationVersion(GenAiNames.CONVENTIONS)
                        .build())
            .orElseGet(() -> io.opentelemetry.api.OpenTelemetry.noop().getTracer(SCOPE));
  }

  /**
   * Starts reporting for a service, or does nothing if no endpoint is set.
   *
   * @throws IllegalArgumentException if the SDK can't use one of its own variables
   */
  public static Tracing start(TraceConfig config, ServiceIdentity identity) {
    if (!config.on()) {
      return off();
    }
    Map<String, String> properties = new HashMap<>(FIXED);
    config
        .endpoint()
        .ifPresent(uri -> properties.put("otel.exporter.otlp.endpoint", uri.toString()));
    config
        .tracesEndpoint()
        .ifPresent(uri -> properties.put("otel.exporter.otlp.traces.endpoint", uri.toString()));
    config
        .headers()
        .ifPresent(headers -> properties.put("otel.exporter.otlp.headers", headers.reveal()));
    try {
      return new Tracing(
          Optional.of(
              AutoConfiguredOpenTelemetrySdk.builder()
                  .disableShutdownHook()
                  .addPropertiesSupplier(() -> DEFAULTS)
                  .addPropertiesCustomizer(_ -> properties)
                  .addResourceCustomizer((given, _) -> named(given, identity))
                  .addTracerProviderCustomizer((sdk, _) -> sdk.setIdGenerator(new DerivedIds()))
                  .build()
                  .getOpenTelemetrySdk()
                  .getSdkTracerProvider()));
    } catch (ConfigurationException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "traces can't be sent as the OTEL_ variables say: " + e.getMessage(), e);
    }
  }

  /** Reports nothing. */
  public static Tracing off() {
    return new Tracing(Optional.empty());
  }

  /** Reports to a processor of the caller's, for tests that look at the spans. */
  public static Tracing of(ServiceIdentity identity, SpanProcessor processor) {
    return new Tracing(
        Optional.of(
            SdkTracerProvider.builder()
                .setIdGenerator(new DerivedIds())
                .setResource(named(Resource.getDefault(), identity))
                .addSpanProcessor(processor)
                .build()));
  }

  /** A name given in OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES stays. */
  private static Resource named(Resource given, ServiceIdentity identity) {
    Resource ours =
        Resource.create(
            Attributes.builder()
                .put("service.namespace", "weirkeeper")
                .put("service.name", identity.service())
                .put("service.version", identity.version())
                .build());
    boolean unnamed =
        String.valueOf(given.getAttribute(GenAiNames.SERVICE)).startsWith("unknown_service");
    return unnamed ? given.merge(ours) : ours.merge(given);
  }

  /** Whether spans are reported at all. */
  public boolean on() {
    return provider.isPresent();
  }

  /**
   * Takes in a task: its trace is its producer's, or one that begins here. The same task always
   * gets the same place.
   *
   * <p>Where no spans are reported, what is done for the task stays under its producer.
   *
   * @param headers of the task's record
   */
  public TaskTrace accept(Headers headers, String sessionId, String taskId) {
    Optional<TraceContext> caller = TraceContext.from(headers);
    if (provider.isEmpty()) {
      return caller.isEmpty() ? TaskTrace.NONE : new TaskTrace(caller, Optional.empty());
    }
    TraceContext own = TraceContext.ofTask(caller, sessionId, taskId);
    SamplingDecision decision =
        provider
            .get()
            .getSampler()
            .shouldSample(
                parent(caller),
                own.traceId(),
                GenAiNames.INVOKE_AGENT,
                SpanKind.INTERNAL,
                Attributes.empty(),
                List.of())
            .getDecision();
    boolean sampled = decision == SamplingDecision.RECORD_AND_SAMPLE;
    return new TaskTrace(Optional.of(own.sampledOrNot(sampled)), caller);
  }

  /** Reports a task that ended. */
  public void agent(TaskTrace trace, AgentSpan span) {
    if (trace.own().isEmpty() || provider.isEmpty()) {
      return;
    }
    AttributesBuilder attributes =
        common(GenAiNames.INVOKE_AGENT, span.sessionId(), span.taskId())
            .put(GenAiNames.AGENT_NAME, span.agent())
            .put(GenAiNames.AGENT_VERSION, span.agentVersion())
            .put(GenAiNames.REQUEST_MODEL, span.model())
            .put(GenAiNames.TENANT, span.tenant())
            .put(GenAiNames.STEPS, (long) span.steps())
            .put(GenAiNames.COST, span.costNanoUsd());
    tokens(attributes, span.tokens());
    report(
        new Report(
            GenAiNames.INVOKE_AGENT + " " + span.agent(),
            SpanKind.INTERNAL,
            trace.own().get(),
            trace.caller(),
            span.failure(),
            span.start(),
            span.end()),
        attributes);
  }

  /**
   * Reports a model call that is over.
   *
   * @param headers of the record that asked for it
   */
  public void chat(Headers headers, ChatSpan span) {
    if (provider.isEmpty()) {
      return;
    }
    AttributesBuilder attributes =
        common(GenAiNames.CHAT, span.sessionId(), span.taskId())
            .put(GenAiNames.PROVIDER, span.provider())
            .put(GenAiNames.REQUEST_MODEL, span.requestModel())
            .put(GenAiNames.MAX_TOKENS, span.maxOutputTokens())
            .put(GenAiNames.CALL, span.callId())
            .put(GenAiNames.ATTEMPT, (long) span.attempt())
            .put(GenAiNames.REQUESTS, (long) span.requests())
            .put(GenAiNames.COST, span.costNanoUsd());
    if (!span.responseModel().isEmpty()) {
      attributes.put(GenAiNames.RESPONSE_MODEL, span.responseModel());
    }
    if (!span.finishReason().isEmpty()) {
      attributes.put(GenAiNames.FINISH_REASONS, List.of(span.finishReason()));
    }
    span.requestId().ifPresent(id -> attributes.put(GenAiNames.REQUEST_ID, id));
    span.timeToFirstChunk()
        .ifPresent(
            time ->
                attributes.put(GenAiNames.TIME_TO_FIRST_CHUNK, time.toNanos() / 1_000_000_000d));
    tokens(attributes, span.tokens());
    Optional<TraceContext> asked = TraceContext.from(headers);
    report(
        new Report(
            GenAiNames.CHAT + " " + span.requestModel(),
            SpanKind.CLIENT,
            place(asked, span.sessionId(), span.taskId())
                .at(GenAiNames.CHAT, span.callId(), span.attempt()),
            asked,
            span.failure(),
            span.start(),
            span.end()),
        attributes);
  }

  /**
   * Reports a tool call that is over.
   *
   * @param headers of the record that asked for it
   */
  public void tool(Headers headers, ToolSpan span) {
    if (provider.isPresent()) {
      tool(TraceContext.from(headers), span);
    }
  }

  /** Reports a sub-agent that is over, as the tool call that it is to its parent. */
  public void subAgent(TaskTrace trace, ToolSpan span) {
    if (provider.isPresent()) {
      tool(trace.own(), span);
    }
  }

  private void tool(Optional<TraceContext> asked, ToolSpan span) {
    report(
        new Report(
            GenAiNames.EXECUTE_TOOL + " " + span.tool(),
            SpanKind.INTERNAL,
            place(asked, span.sessionId(), span.taskId())
                .at(GenAiNames.EXECUTE_TOOL, span.callId(), span.attempt()),
            asked,
            span.failure(),
            span.start(),
            span.end()),
        common(GenAiNames.EXECUTE_TOOL, span.sessionId(), span.taskId())
            .put(GenAiNames.TOOL_NAME, span.tool())
            .put(GenAiNames.TOOL_TYPE, "function")
            .put(GenAiNames.TOOL_CALL_ID, span.callId())
            .put(GenAiNames.ATTEMPT, (long) span.attempt())
            .put(GenAiNames.EXECUTOR, span.executor()));
  }

  /** Reports that a call no longer waits for a person. */
  public void approval(TaskTrace trace, ApprovalSpan span) {
    if (trace.own().isEmpty() || provider.isEmpty()) {
      return;
    }
    report(
        new Report(
            GenAiNames.AWAIT_APPROVAL + " " + span.tool(),
            SpanKind.INTERNAL,
            trace.own().get().at(GenAiNames.AWAIT_APPROVAL, span.callId(), 1),
            trace.own(),
            Optional.empty(),
            span.start(),
            span.end()),
        common(GenAiNames.AWAIT_APPROVAL, span.sessionId(), span.taskId())
            .put(GenAiNames.TOOL_NAME, span.tool())
            .put(GenAiNames.TOOL_CALL_ID, span.callId())
            .put(GenAiNames.APPROVAL_RULE, span.rule())
            .put(GenAiNames.APPROVAL_VERDICT, span.verdict()),
        span.decision().stream().toList());
  }

  /** Reports a batch of the audit sink, linked to the tasks that ended in it. */
  public void ingest(IngestSpan span) {
    if (provider.isEmpty()) {
      return;
    }
    SpanBuilder builder =
        tracer
            .spanBuilder(GenAiNames.INGEST)
            .setNoParent()
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(span.start())
            .setAttribute(GenAiNames.RECORDS, (long) span.records())
            .setAttribute(GenAiNames.BYTES, span.bytes());
    span.tasks().stream().limit(MOST_LINKS).forEach(task -> builder.addLink(task.remote()));
    builder.startSpan().end(span.end());
  }

  /** Sends what is left, waiting up to five seconds, and stops. */
  @Override
  public void close() {
    provider.ifPresent(sdk -> sdk.shutdown().join(5, TimeUnit.SECONDS));
  }

  /**
   * A span that is over.
   *
   * @param place its own
   * @param parent absent: it is the first of its trace
   */
  private record Report(
      String name,
      SpanKind kind,
      TraceContext place,
      Optional<TraceContext> parent,
      Optional<String> failure,
      Instant start,
      Instant end) {}

  private void report(Report report, AttributesBuilder attributes) {
    report(report, attributes, List.of());
  }

  private void report(Report report, AttributesBuilder attributes, List<TraceContext> links) {
    if (!report.place().sampled()) {
      return;
    }
    report.failure().ifPresent(type -> attributes.put(GenAiNames.ERROR_TYPE, type));
    SpanBuilder builder =
        tracer
            .spanBuilder(report.name())
            .setParent(parent(report.parent()))
            .setSpanKind(report.kind())
            .setStartTimestamp(report.start())
            .setAllAttributes(attributes.build());
    links.forEach(link -> builder.addLink(link.remote()));
    Span span = ScopedValue.where(DerivedIds.PLACE, report.place()).call(builder::startSpan);
    report.failure().ifPresent(type -> span.setStatus(StatusCode.ERROR, type));
    span.end(report.end());
  }

  private static Context parent(Optional<TraceContext> place) {
    return place
        .map(known -> Context.root().with(Span.wrap(known.remote())))
        .orElseGet(Context::root);
  }

  /** Where a call is asked for; without headers its planner reports no spans. */
  private static TraceContext place(Optional<TraceContext> asked, String sessionId, String taskId) {
    return asked.orElseGet(() -> TraceContext.ofTask(Optional.empty(), sessionId, taskId));
  }

  private static AttributesBuilder common(String operation, String sessionId, String taskId) {
    return Attributes.builder()
        .put(GenAiNames.OPERATION, operation)
        .put(GenAiNames.CONVERSATION, sessionId)
        .put(GenAiNames.TASK, taskId);
  }

  private static void tokens(AttributesBuilder attributes, TokenCounts tokens) {
    attributes
        .put(GenAiNames.INPUT_TOKENS, tokens.input())
        .put(GenAiNames.OUTPUT_TOKENS, tokens.output())
        .put(GenAiNames.CACHE_READ_TOKENS, tokens.cacheRead())
        .put(GenAiNames.CACHE_WRITE_TOKENS, tokens.cacheWrite())
        .put(GenAiNames.REASONING_TOKENS, tokens.reasoning());
  }
}
