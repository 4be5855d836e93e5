package dev.weirkeeper.planner.topology;

/**
 * How many of the records that the current stream thread polled last are still to be processed. A
 * stream thread processes all it has polled before it polls again (Kafka Streams 4.4.0, {@code
 * StreamThread.runOnce}), so when none is left there is nothing more that a commit could take
 * along: waiting any longer would only keep what was decided from those who wait for it.
 *
 * <p>Kafka Streams does not tell its processors, so {@link PlannerConsumer} does. Counts for each
 * thread by itself. A count that is wrong, because a record was dropped on its way, lasts until the
 * next poll.
 */
final class Backlog {

  private static final ThreadLocal<Count> COUNT = ThreadLocal.withInitial(Count::new);

  private Backlog() {}

  private static final class Count {
    private int left;
    private boolean waitedFor;
  }

  /**
   * Notes that a record has been processed.
   *
   * @param waitedFor whether anybody waits for what it led to
   * @return true if it was the last of those polled and something since the last time is waited for
   */
  static boolean processed(boolean waitedFor) {
    Count count = COUNT.get();
    count.left--;
    count.waitedFor |= waitedFor;
    if (count.left > 0 || !count.waitedFor) {
      return false;
    }
    count.waitedFor = false;
    return true;
  }

  /** Notes how many records a stream thread has polled. */
  static void polled(int records) {
    COUNT.get().left = records;
  }
}
