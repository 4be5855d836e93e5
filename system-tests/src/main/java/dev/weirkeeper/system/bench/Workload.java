package dev.weirkeeper.system.bench;

import java.time.Duration;

/**
 * What is run.
 *
 * @param sessions sessions that are measured, each with one task
 * @param concurrency sessions under way at a time
 * @param warmUp sessions before them that are not measured
 * @param calls tool calls of a session, one after the other; one model call more than that
 * @param payload characters of each call's argument and so of its result
 * @param modelLatency time the model takes for each answer
 */
public record Workload(
    int sessions, int concurrency, int warmUp, int calls, int payload, Duration modelLatency) {

  /** Checks that it can be run. */
  public Workload {
    if (sessions < 1 || concurrency < 1 || warmUp < 0 || calls < 1 || payload < 0) {
      throw new IllegalArgumentException(
          "sessions, concurrency and calls must be 1 or more, warm-up and payload 0 or more");
    }
  }

  /** Model calls of a session. */
  int modelCalls() {
    return calls + 1;
  }

  /** Steps of a session: model calls and tool calls. */
  int steps() {
    return modelCalls() + calls;
  }

  /**
   * Records of so many sessions on the topics, if none comes twice. Each has its task, the event
   * that causes and its result; for each model call the call, the reply and the event that causes;
   * for each tool call likewise.
   */
  long records(long sessions) {
    return sessions * (3 + 3L * modelCalls() + 3L * calls);
  }
}
