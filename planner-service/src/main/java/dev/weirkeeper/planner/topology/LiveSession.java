package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.wire.ModelChoice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** A session in memory: its state and its prompt as far as it has been encoded. Can be dropped. */
final class LiveSession {

  /** About what a state takes that is new, and what an entry of its transcript adds. */
  private static final long STATE_BYTES = 4096;

  private static final long ENTRY_BYTES = 256;

  final String id;

  /** What its journal begins after. */
  final Remnant forgotten;

  SessionState state;
  String lastHash;

  private long tracedTask;
  private TaskTrace trace = TaskTrace.NONE;
  private @Nullable ModelChoice encodedFor;
  private List<byte[]> fragments = new ArrayList<>();
  private long fragmentBytes;

  /**
   * A session before anything in its journal.
   *
   * @param lastHash of the last event that was forgotten
   */
  LiveSession(String id, Remnant forgotten, String lastHash) {
    this.id = id;
    this.forgotten = forgotten;
    this.state = SessionState.after(forgotten, id);
    this.lastHash = lastHash;
  }

  /** Whether an event is the first in its journal. */
  boolean beginsWith(long sequence) {
    return sequence == forgotten.sequence() + 1;
  }

  boolean running() {
    return state instanceof SessionState.Running;
  }

  /**
   * Where a task is in a trace. The last one asked for is kept: a session works at one task at a
   * time.
   *
   * @param sequence the event that brought the task
   */
  TaskTrace trace(long sequence, LongFunction<TaskTrace> read) {
    if (tracedTask != sequence) {
      trace = read.apply(sequence);
      tracedTask = sequence;
    }
    return trace;
  }

  /** The fragments encoded so far for a model; none if they were encoded for another. */
  List<byte[]> fragmentsFor(ModelChoice choice) {
    if (!choice.equals(encodedFor)) {
      encodedFor = choice;
      fragments = new ArrayList<>();
      fragmentBytes = 0;
    }
    return Collections.unmodifiableList(fragments);
  }

  /** Adds a fragment for the model asked for last. */
  void add(byte[] fragment) {
    fragments.add(fragment);
    fragmentBytes += fragment.length;
  }

  /** About how much memory it takes. */
  long bytes() {
    return STATE_BYTES + ENTRY_BYTES * state.session().transcript().size() + fragmentBytes;
  }
}
