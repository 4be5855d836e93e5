package dev.weirkeeper.operations.trace;

import java.time.Instant;
import java.util.List;

/**
 * One batch that the audit sink stored.
 *
 * @param tasks the places of tasks that ended in it: a batch serves many traces and is part of none
 */
public record IngestSpan(
    int records, long bytes, List<TraceContext> tasks, Instant start, Instant end) {

  public IngestSpan {
    tasks = List.copyOf(tasks);
  }
}
