package dev.weirkeeper.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.wire.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A call that holds its lock for many times the lock's duration, beside fast calls on the same
 * partition. What stands for ten minutes under a lock of thirty seconds is twenty locks of one
 * second. For the numbers, on a quiet machine:
 *
 * <pre>{@code
 * mvn -pl tool-executor-service -am test -Dtest=SlowBesideFastTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfast.calls=1000
 * }</pre>
 */
class SlowBesideFastTest {

  private static final int FAST = Integer.getInteger("fast.calls", 100);
  private static final boolean MEASURED = Integer.getInteger("fast.calls") != null;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** In an ordinary build long enough for a machine with other things to do. */
  private static final Duration LOCK = Duration.ofSeconds(MEASURED ? 1 : 3);

  private static final int LOCKS = MEASURED ? 20 : 2;

  /** Between fast calls: a measurement spreads them over the time of the slow one. */
  private static final Duration PACE =
      MEASURED ? LOCK.multipliedBy(LOCKS).dividedBy(FAST) : Duration.ZERO;

  /** Taken in turn, so that a machine that changes its speed changes it for both. */
  private static final int ROUNDS = MEASURED ? 3 : 1;

  /** Kafka's own bound of records that a partition gives out past one that is still held. */
  private static final int LOCKED_BY_DEFAULT = 2000;

  private final SampleTools tools = new SampleTools();

  @Test
  void fast_calls_are_answered_while_it_runs_and_on_a_quiet_machine_as_soon_as_without_it()
      throws Exception {
    List<Long> alone = new ArrayList<>();
    List<Long> beside = new ArrayList<>();
    try (Bench bench = bench()) {
      String session = hold(bench).getSessionId();
      fast(bench, session, FAST, PACE);
      for (int round = 1; round <= ROUNDS; round++) {
        alone.addAll(fast(bench, session, FAST, PACE));
        beside.addAll(besideSlow(bench, on -> fast(bench, on, FAST, PACE)));
      }
    }

    System.out.printf(
        "%d times %d fast calls on one partition: p50 %d ms, p99 %d ms alone; p50 %d ms, p99 %d ms"
            + " beside a call of %d locks%n",
        ROUNDS, FAST, at(alone, 50), at(alone, 99), at(beside, 50), at(beside, 99), LOCKS);
    if (MEASURED) {
      assertThat((double) at(beside, 99)).isLessThanOrEqualTo(at(alone, 99) * 1.2);
    }
  }

  @Test
  void more_fast_calls_overtake_it_than_a_partition_locks_by_default() throws Exception {
    try (Bench bench = bench()) {
      besideSlow(bench, on -> atOnce(bench, on, LOCKED_BY_DEFAULT + 500));
    }
  }

  private interface Work<T> {
    T on(String session) throws Exception;
  }

  private Bench bench() throws Exception {
    Bench bench = new Bench(DeliveryMode.SHARE);
    bench.withShareGroup(
        "default", Map.of("share.record.lock.duration.ms", Long.toString(LOCK.toMillis())));
    bench.withJournal();
    bench.start(tools);
    return bench;
  }

  private static ToolCall hold(Bench bench) {
    return bench.newCall("hold", "{}").setDeadline(Instant.now().plus(PATIENCE)).build();
  }

  /** Does work while a call of the same session holds its lock, for as long as is said above. */
  private <T> T besideSlow(Bench bench, Work<T> work) throws Exception {
    // One session is one partition.
    ToolCall hold = hold(bench);
    int begun = tools.begun.get();
    tools.gate = new CountDownLatch(1);
    long began = System.nanoTime();
    bench.send(hold);
    await().atMost(PATIENCE).until(() -> tools.begun.get() == begun + 1);
    T done = work.on(hold.getSessionId());
    long left = LOCK.toMillis() * LOCKS - (System.nanoTime() - began) / 1_000_000;
    Thread.sleep(Math.max(0, left));
    assertThat(bench.results(hold)).isEmpty();
    tools.gate.countDown();
    assertThat(bench.await1(hold).getContent()).isEqualTo("through");
    if (MEASURED) {
      assertThat(bench.await1(hold).getDeliveryCount()).isEqualTo(1);
      assertThat(tools.runsOf(hold.getCallId())).isEqualTo(1);
    }
    return done;
  }

  private static List<Long> fast(Bench bench, String session, int count, Duration pace)
      throws InterruptedException {
    List<ToolCall> calls = new ArrayList<>();
    long[] sentAt = new long[count];
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long early = pace.multipliedBy(i).toNanos() - (System.nanoTime() - began);
      TimeUnit.NANOSECONDS.sleep(early);
      ToolCall call = add(bench, session, i);
      sentAt[i] = System.currentTimeMillis();
      bench.send(call);
      calls.add(call);
    }
    awaitAnswers(bench, calls);
    Map<String, Long> answered = bench.answeredAt();
    List<Long> latencies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Long at = answered.get(calls.get(i).getCallId());
      latencies.add((at == null ? Long.MAX_VALUE : at) - sentAt[i]);
    }
    return latencies;
  }

  private static int atOnce(Bench bench, String session, int count) {
    List<ToolCall> calls = IntStream.range(0, count).mapToObj(i -> add(bench, session, i)).toList();
    bench.sendAll(calls);
    awaitAnswers(bench, calls);
    return count;
  }

  private static ToolCall add(Bench bench, String session, int number) {
    return bench
        .newCall("add", "{\"a\":1,\"b\":" + number + "}")
        .setSessionId(session)
        .setCallId(session + "/" + System.nanoTime() + "/" + number)
        .build();
  }

  private static void awaitAnswers(Bench bench, List<ToolCall> calls) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              Map<String, Long> answered = bench.answeredAt();
              return calls.stream().allMatch(call -> answered.containsKey(call.getCallId()));
            });
  }

  private static long at(List<Long> latencies, int percent) {
    List<Long> sorted = latencies.stream().sorted().toList();
    return sorted.get(sorted.size() * percent / 100);
  }
}
