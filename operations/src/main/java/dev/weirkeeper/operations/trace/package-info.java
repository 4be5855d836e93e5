/**
 * Traces of a task across topics, with OpenTelemetry.
 *
 * <p>One task is one trace: {@code invoke_agent} from its acceptance to its result, under it one
 * {@code chat} for each model call and one {@code execute_tool} for each tool call. Contexts travel
 * in the {@code traceparent} header of records (W3C Trace Context), written and read by hand here,
 * because no instrumentation knows share consumers.
 *
 * <p>Ids of spans are derived from the ids of tasks and calls. So a child can name its parent
 * before that has ended, whichever process makes it; after a crash the trace goes on; and a span
 * that is reported twice is the same span. Spans are reported when they are over, with the times of
 * the records, so that no scope has to be kept open across topics.
 *
 * <p>Invariants: without an endpoint nothing is made and nothing is sent, yet contexts are carried
 * on; the content of prompts, arguments and results is never in a span; every name of the
 * OpenTelemetry conventions stands in {@link dev.weirkeeper.operations.trace.GenAiNames}.
 *
 * <p>Start with {@link dev.weirkeeper.operations.trace.Tracing}.
 */
@NullMarked
package dev.weirkeeper.operations.trace;

import org.jspecify.annotations.NullMarked;
