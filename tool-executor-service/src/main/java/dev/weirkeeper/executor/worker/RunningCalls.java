package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Attempt;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The calls in hand. Thread-safe. */
final class RunningCalls {

  private final Set<RunningCall> calls = ConcurrentHashMap.newKeySet();

  void add(RunningCall call) {
    calls.add(call);
  }

  void remove(RunningCall call) {
    calls.remove(call);
  }

  Collection<RunningCall> all() {
    return List.copyOf(calls);
  }

  /**
   * Stops the calls of a session.
   *
   * @param taskId only those of this task; absent: all
   */
  void cancel(String sessionId, Optional<String> taskId, String reason) {
    for (RunningCall call : calls) {
      if (call.call().sessionId().equals(sessionId)
          && taskId.map(call.call().taskId()::equals).orElse(true)) {
        call.signal().stop(new Attempt.Cancelled(reason));
      }
    }
  }

  /** Stops all calls for the executor to stop. */
  void evict() {
    calls.forEach(call -> call.signal().stop(new Attempt.Evicted()));
  }

  /** Ids of the calls claimed in the journal. */
  List<String> claimed() {
    return calls.stream().filter(call -> call.epoch() > 0).map(call -> call.call().id()).toList();
  }
}
