package dev.weirkeeper.operations.trace;

import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Where a task is in a trace: what the planner remembers of a task and writes into every record it
 * makes for it. Immutable.
 *
 * @param own the place of the task's own span; absent: the task is in no trace
 * @param caller where its producer was
 */
public record TaskTrace(Optional<TraceContext> own, Optional<TraceContext> caller) {

  /** Of a task that is in no trace. */
  public static final TaskTrace NONE = new TaskTrace(Optional.empty(), Optional.empty());

  /** New headers for a record that is made for the task. */
  public Headers headers() {
    Headers headers = new RecordHeaders();
    own.ifPresent(place -> place.writeTo(headers));
    return headers;
  }

  /** New headers for the task of a sub-agent: it is done within the call that asked for it. */
  public Headers headersForSubAgent(String callId) {
    Headers headers = new RecordHeaders();
    own.ifPresent(place -> place.at(GenAiNames.EXECUTE_TOOL, callId, 1).writeTo(headers));
    return headers;
  }
}
