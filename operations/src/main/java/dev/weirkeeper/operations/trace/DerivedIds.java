package dev.weirkeeper.operations.trace;

import io.opentelemetry.sdk.trace.IdGenerator;

/** Gives the span under way the ids it was derived; random ones to any other. */
final class DerivedIds implements IdGenerator {

  /** The place of the span that is made in this scope. */
  static final ScopedValue<TraceContext> PLACE = ScopedValue.newInstance();

  @Override
  public String generateSpanId() {
    return PLACE.isBound() ? PLACE.get().spanId() : IdGenerator.random().generateSpanId();
  }

  @Override
  public String generateTraceId() {
    return PLACE.isBound() ? PLACE.get().traceId() : IdGenerator.random().generateTraceId();
  }
}
