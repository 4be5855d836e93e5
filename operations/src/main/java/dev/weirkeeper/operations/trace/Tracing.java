package dev.weirkeeper.operations.trace;

import dev.weirkeeper.operations.health.ServiceIdentity;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;

/**
 * Reports the spans of one service. Thread-safe; reporting never blocks on the network: what the
 * collector does not take in time is dropped, since a trace is no proof (the log is).
 */
public final class Tracing implements AutoCloseable {

  private static final String SCOPE = "dev.weirkeeper";

  private final Optional<SdkTracerProvider> provider;
  private final Tracer tracer;

  private Tracing(Optional<SdkTracerProvider> provider) {
    this.provider = provider;
    this.tracer =
        provider
            .map(sdk -> sdk.get(SCOPE, GenAiNames.CONVENTIONS))
            .orElseGet(() -> io.opentelemetry.api.OpenTelemetry.noop().getTracer(SCOPE));
  }

  /** Starts reporting for a service, or does nothing if no endpoint is set. */
  public static Tracing start(TraceConfig config, ServiceIdentity identity) {
    return config
        .endpoint()
        .map(
            endpoint ->
                of(identity, BatchSpanProcessor.builder(exporter(endpoint, config)).build()))
        .orElseGet(Tracing::off);
  }

  /** Reports nothing. */
  public static Tracing off() {
    return new Tracing(Optional.empty());
  }

  /** Reports to a processor of the caller's, for tests that look at the spans. */
  public static Tracing of(ServiceIdentity identity, SpanProcessor processor) {
    SdkTracerProviderBuilder sdk =
        SdkTracerProvider.builder()
            .setIdGenerator(new DerivedIds())
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder()
                                .put("service.namespace", "weirkeeper")
                                .put("service.name", identity.service())
                                .put("service.version", identity.version())
                                .build())))
            .addSpanProcessor(processor);
    return new Tracing(Optional.of(sdk.build()));
  }

  /**
   * Reports a task that ended.
   *
   * @param headers of the record that ended it
   */
  public void agent(Headers headers, AgentSpan span) {
    TraceContext place = TraceContext.ofTask(headers, span.sessionId(), span.taskId());
    AttributesBuilder attributes =
        Attributes.builder()
            .put(GenAiNames.OPERATION, GenAiNames.INVOKE_AGENT)
            .put(GenAiNames.CONVERSATION, span.sessionId())
            .put(GenAiNames.AGENT_NAME, span.agent())
            .put(GenAiNames.AGENT_VERSION, span.agentVersion())
            .put(GenAiNames.REQUEST_MODEL, span.model())
            .put(GenAiNames.TASK, span.taskId())
            .put(GenAiNames.TENANT, span.tenant())
            .put(GenAiNames.STEPS, (long) span.steps())
            .put(GenAiNames.COST, span.costNanoUsd());
    tokens(attributes, span.tokens());
    report(
        GenAiNames.INVOKE_AGENT + " " + span.agent(),
        SpanKind.INTERNAL,
        place,
        TraceContext.caller(headers),
        attributes,
        span.failure(),
        span.start(),
        span.end());
  }

  /**
   * Reports a model call that is over.
   *
   * @param headers of the record that asked for it
   */
  public void chat(Headers headers, ChatSpan span) {
    TraceContext task = TraceContext.ofTask(headers, span.sessionId(), span.taskId());
    AttributesBuilder attributes =
        Attributes.builder()
            .put(GenAiNames.OPERATION, GenAiNames.CHAT)
            .put(GenAiNames.PROVIDER, span.provider())
            .put(GenAiNames.CONVERSATION, span.sessionId())
            .put(GenAiNames.REQUEST_MODEL, span.requestModel())
            .put(GenAiNames.MAX_TOKENS, span.maxOutputTokens())
            .put(GenAiNames.TASK, span.taskId())
            .put(GenAiNames.ATTEMPT, (long) span.attempt())
            .put(GenAiNames.COST, span.costNanoUsd());
    if (!span.responseModel().isEmpty()) {
      attributes.put(GenAiNames.RESPONSE_MODEL, span.responseModel());
    }
    if (!span.finishReason().isEmpty()) {
      attributes.put(GenAiNames.FINISH_REASONS, List.of(span.finishReason()));
    }
    span.responseId().ifPresent(id -> attributes.put(GenAiNames.RESPONSE_ID, id));
    tokens(attributes, span.tokens());
    report(
        GenAiNames.CHAT + " " + span.requestModel(),
        SpanKind.CLIENT,
        new TraceContext(
            task.traceId(),
            TraceContext.callSpan(GenAiNames.CHAT, span.callId(), span.attempt()),
            task.sampled()),
        Optional.of(task),
        attributes,
        span.failure(),
        span.start(),
        span.end());
  }

  /**
   * Reports a tool call that is over.
   *
   * @param headers of the record that asked for it
   */
  public void tool(Headers headers, ToolSpan span) {
    TraceContext task = TraceContext.ofTask(headers, span.sessionId(), span.taskId());
    report(
        GenAiNames.EXECUTE_TOOL + " " + span.tool(),
        SpanKind.INTERNAL,
        new TraceContext(
            task.traceId(),
            TraceContext.callSpan(GenAiNames.EXECUTE_TOOL, span.callId(), span.attempt()),
            task.sampled()),
        Optional.of(task),
        Attributes.builder()
            .put(GenAiNames.OPERATION, GenAiNames.EXECUTE_TOOL)
            .put(GenAiNames.CONVERSATION, span.sessionId())
            .put(GenAiNames.TOOL_NAME, span.tool())
            .put(GenAiNames.TOOL_TYPE, "function")
            .put(GenAiNames.TOOL_CALL_ID, span.callId())
            .put(GenAiNames.TASK, span.taskId())
            .put(GenAiNames.ATTEMPT, (long) span.attempt())
            .put(GenAiNames.EXECUTOR, span.executor()),
        span.failure(),
        span.start(),
        span.end());
  }

  /** Sends what is left, waiting up to five seconds, and stops. */
  @Override
  public void close() {
    provider.ifPresent(sdk -> sdk.shutdown().join(5, TimeUnit.SECONDS));
  }

  private void report(
      String name,
      SpanKind kind,
      TraceContext place,
      Optional<TraceContext> parent,
      AttributesBuilder attributes,
      Optional<String> failure,
      Instant start,
      Instant end) {
    if (provider.isEmpty() || !place.sampled()) {
      return;
    }
    failure.ifPresent(type -> attributes.put(GenAiNames.ERROR_TYPE, type));
    SpanBuilder builder =
        tracer
            .spanBuilder(name)
            .setSpanKind(kind)
            .setStartTimestamp(start)
            .setAllAttributes(attributes.build());
    parent.ifPresentOrElse(
        context -> builder.setParent(Context.root().with(Span.wrap(remote(context)))),
        builder::setNoParent);
    Span span = ScopedValue.where(DerivedIds.PLACE, place).call(builder::startSpan);
    failure.ifPresent(type -> span.setStatus(StatusCode.ERROR, type));
    span.end(end);
  }

  private static void tokens(AttributesBuilder attributes, TokenCounts tokens) {
    attributes
        .put(GenAiNames.INPUT_TOKENS, tokens.input())
        .put(GenAiNames.OUTPUT_TOKENS, tokens.output())
        .put(GenAiNames.CACHE_READ_TOKENS, tokens.cacheRead())
        .put(GenAiNames.CACHE_WRITE_TOKENS, tokens.cacheWrite())
        .put(GenAiNames.REASONING_TOKENS, tokens.reasoning());
  }

  private static SpanContext remote(TraceContext context) {
    return SpanContext.createFromRemoteParent(
        context.traceId(), context.spanId(), TraceFlags.getSampled(), TraceState.getDefault());
  }

  private static OtlpHttpSpanExporter exporter(URI endpoint, TraceConfig config) {
    String base = endpoint.toString();
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint((base.endsWith("/") ? base : base + "/") + "v1/traces");
    config
        .headers()
        .ifPresent(
            headers -> {
              for (String pair : headers.reveal().split(",", -1)) {
                int equals = pair.indexOf('=');
                builder.addHeader(pair.substring(0, equals), pair.substring(equals + 1));
              }
            });
    return builder.build();
  }
}
