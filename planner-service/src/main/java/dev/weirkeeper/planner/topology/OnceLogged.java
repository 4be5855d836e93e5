package dev.weirkeeper.planner.topology;

import org.jspecify.annotations.Nullable;

/**
 * Has something happen once a record is in the log to stay: acknowledged, and, where the planner
 * works in transactions, committed. Kafka Streams does not tell its processors, so {@link
 * PlannerClients} gives it a producer that does. Where there is none, as in tests without a broker,
 * nothing happens, and a record on a topic that the planner reads comes back to it all the same.
 */
final class OnceLogged {

  private static final ThreadLocal<@Nullable Runnable> NEXT = new ThreadLocal<>();

  private OnceLogged() {}

  /**
   * Sends a record.
   *
   * @param send hands exactly one record to the producer, on this thread
   * @param then must not wait; runs on any thread
   */
  static void send(Runnable send, Runnable then) {
    NEXT.set(then);
    try {
      send.run();
    } finally {
      NEXT.remove();
    }
  }

  /** What is to happen after the record that this thread sends now, given once. */
  static @Nullable Runnable take() {
    Runnable then = NEXT.get();
    NEXT.remove();
    return then;
  }
}
