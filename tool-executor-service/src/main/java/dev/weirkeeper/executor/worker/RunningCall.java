package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Call;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call between its delivery and its answer. Thread-safe. */
final class RunningCall {

  private final Call call;
  private final Delivery delivery;
  private final Instant started;
  private final StopSignal signal = new StopSignal();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile String progress = "";
  private volatile long epoch;
  private volatile int tries;

  RunningCall(Call call, Delivery delivery, Instant started) {
    this.call = call;
    this.delivery = delivery;
    this.started = started;
  }

  Call call() {
    return call;
  }

  Delivery delivery() {
    return delivery;
  }

  Instant started() {
    return started;
  }

  StopSignal signal() {
    return signal;
  }

  String progress() {
    return progress;
  }

  void progress(String message) {
    progress = message;
  }

  /** The epoch of its claim in the journal; 0 if it has none. */
  long epoch() {
    return epoch;
  }

  void claimed(long newEpoch) {
    epoch = newEpoch;
  }

  int tries() {
    return tries;
  }

  void tried(int number) {
    tries = number;
  }

  /** True once somebody has answered it or handed it back. */
  boolean closed() {
    return closed.get();
  }

  /** True for the first who asks: that one answers or hands back, all others do nothing. */
  boolean close() {
    return closed.compareAndSet(false, true);
  }
}
