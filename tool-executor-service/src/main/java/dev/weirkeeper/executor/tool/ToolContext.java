package dev.weirkeeper.executor.tool;

import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/** What a tool may know about the call it is running. Safe for use by several threads. */
public interface ToolContext {

  /** The call: {@code <session>/<turn>/<index>}. */
  String callId();

  /**
   * The same for every run of one call, whatever crashes in between, and different for every other
   * call. Pass it on to whatever remembers keys, so that a repeated run changes nothing twice.
   */
  default String idempotencyKey() {
    return callId();
  }

  /** The session the call belongs to. */
  String sessionId();

  /** The task the call belongs to. */
  String taskId();

  /** The tenant the call belongs to. */
  String tenant();

  /** Name of the agent that calls. */
  String agent();

  /** Counts tries inside this executor, from 1. */
  int attempt();

  /** When the run is interrupted. */
  Instant deadline();

  /** What is left until the deadline; zero if nothing is. */
  Duration timeLeft();

  /** True once the result is no longer wanted: cancelled, timed out or the executor is stopping. */
  boolean cancelled();

  /**
   * Runs an action when the call is cancelled, at once if it already is. The calling thread is
   * interrupted as well, so this is only for what does not answer to interrupts.
   *
   * @return to be closed when the action is no longer needed
   */
  Registration onCancel(Runnable action);

  /** Says how far the call has come; shown in the executor's list of running calls and its log. */
  void progress(String message);

  /** A logger that carries the call's ids and redacts secrets. */
  Logger logger();

  /** Something to be undone. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
