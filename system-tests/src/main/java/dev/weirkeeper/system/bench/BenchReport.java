package dev.weirkeeper.system.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured, as the one JSON line it writes. Times are in milliseconds unless the name
 * says seconds.
 *
 * @param processes whether each service was a process of its own
 * @param steps model calls and tool calls of the measured sessions
 * @param wallS from the first submission to the last result
 * @param session from the submission of a task to its result at the submitter
 * @param step from one event of a session to the next
 * @param stepParts means of what a step is made of
 * @param firstSteps the first hundred steps of long sessions; absent: sessions are short
 * @param lastSteps likewise the last hundred
 * @param sinkCaughtUpS from the last result to the last record stored by the audit sink
 * @param cpuS processor time by part, from the first submission until the sink has caught up
 * @param cpuMsPerSession of everything but the model server
 * @param logBytesPerSession on all topics, changelogs and transaction markers included
 * @param logBytesByTopic the same by topic
 * @param requestsPerSession what the broker was asked, by kind of request; empty if it is a process
 *     of its own
 * @param heapMb used by this process after a full collection, at the end
 * @param cpuProfile where processor time went, if that was recorded
 * @param floors what the same work takes without us, if that was asked for
 * @param problems what is wrong; empty: the run counts
 */
public record BenchReport(
    String guarantee,
    String delivery,
    int executors,
    boolean processes,
    int sessions,
    int concurrency,
    int calls,
    int payload,
    long modelLatencyMs,
    Map<String, String> settings,
    long steps,
    double wallS,
    double stepsPerS,
    Latency session,
    Latency step,
    Map<String, Map<String, Double>> stepParts,
    @Nullable Latency firstSteps,
    @Nullable Latency lastSteps,
    double sinkCaughtUpS,
    Map<String, Double> cpuS,
    double cpuMsPerSession,
    long logBytesPerSession,
    Map<String, Long> logBytesByTopic,
    Map<String, Double> requestsPerSession,
    long heapMb,
    @Nullable Map<String, Object> cpuProfile,
    @Nullable Floors floors,
    Map<String, String> versions,
    List<String> problems) {

  /** Percentiles of times, and their mean. */
  public record Latency(double p50, double p95, double p99, double mean) {

    static Latency ofNanos(LongStream nanos) {
      long[] sorted = nanos.sorted().toArray();
      return new Latency(
          at(sorted, 0.50),
          at(sorted, 0.95),
          at(sorted, 0.99),
          rounded(Arrays.stream(sorted).average().orElse(0) / 1e6));
    }

    private static double at(long[] sorted, double share) {
      return sorted.length == 0
          ? 0
          : rounded(sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1e6);
    }
  }

  /**
   * What the same work takes without us.
   *
   * @param bareLoop a loop in Java that keeps nothing: the same calls at the same concurrency
   * @param bareHops the same hops through Kafka, without their content
   * @param rawKafkaStepsPerS as many bytes in as many records, written to a topic and read from it
   */
  public record Floors(Loop bareLoop, Loop bareHops, double rawKafkaStepsPerS) {}

  /**
   * A floor that runs the sessions.
   *
   * @param cpuMsPerSession of this process, without the model server
   */
  public record Loop(double stepsPerS, Latency session, double cpuMsPerSession) {}

  /** To three places behind the point, as it is printed. */
  static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
