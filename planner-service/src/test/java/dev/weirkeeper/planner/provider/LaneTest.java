package dev.weirkeeper.planner.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LaneTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Lane.Entry ADMITTED = new Lane.Entry.Admitted();
  private static final Lane.Entry CANCELLED = new Lane.Entry.Cancelled();

  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60), () -> 0.5);

  private static Lane lane(int places, Pause pause) {
    return new Lane(places, BACKOFF, InstantSource.fixed(NOW), pause);
  }

  private static Lane lane(int places) {
    return lane(places, Pause.REAL);
  }

  @Test
  void has_no_more_places_than_it_was_given() throws Exception {
    Lane lane = lane(3);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        all.add(
            threads.submit(
                () -> {
                  assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  inside.decrementAndGet();
                  lane.leave();
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }

    assertThat(most.get()).isLessThanOrEqualTo(3);
    assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
  }

  @Test
  void admits_first_come_first_served() throws Exception {
    Lane lane = lane(1);
    lane.enter(new Cancellation());
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 5; i++) {
        int number = i;
        all.add(
            threads.submit(
                () -> {
                  lane.enter(new Cancellation());
                  order.add(number);
                  lane.leave();
                  return null;
                }));
        await().until(() -> lane.waiting() == number + 1);
      }
      lane.leave();
      for (Future<?> one : all) {
        one.get();
      }
    }

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void lets_a_cancelled_waiter_go_without_losing_a_place() throws Exception {
    Lane lane = lane(1);
    lane.enter(new Cancellation());
    Cancellation cancellation = new Cancellation();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Lane.Entry> waiter = threads.submit(() -> lane.enter(cancellation));
      await().until(() -> lane.waiting() == 1);
      cancellation.cancel();
      assertThat(waiter.get()).isEqualTo(CANCELLED);
    }
    lane.leave();

    assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
    assertThat(lane.enter(cancellation)).isEqualTo(CANCELLED);
  }

  @Test
  void never_loses_a_place_to_a_cancellation_at_any_moment() throws Exception {
    Lane lane = lane(2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 300; round++) {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          Cancellation cancellation = new Cancellation();
          all.add(
              threads.submit(
                  () -> {
                    go.await();
                    if (lane.enter(cancellation).equals(ADMITTED)) {
                      lane.leave();
                    }
                    return null;
                  }));
          all.add(
              threads.submit(
                  () -> {
                    go.await();
                    cancellation.cancel();
                    return null;
                  }));
        }
        go.countDown();
        for (Future<?> one : all) {
          one.get();
        }
      }
    }

    assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
    assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
  }

  @Test
  void lets_an_interrupted_waiter_go_without_losing_a_place() throws Exception {
    Lane lane = lane(1);
    lane.enter(new Cancellation());
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread waiter =
        Thread.startVirtualThread(
            () -> {
              try {
                lane.enter(new Cancellation());
              } catch (InterruptedException _) {
                interrupted.countDown();
              }
            });
    await().until(() -> lane.waiting() == 1);
    waiter.interrupt();
    interrupted.await();
    lane.leave();

    assertThat(lane.enter(new Cancellation())).isEqualTo(ADMITTED);
  }

  @Test
  void is_closed_while_the_provider_has_asked_to_wait_and_opens_to_each_at_its_own_moment()
      throws Exception {
    List<Duration> waits = new ArrayList<>();
    Cancellation cancellation = new Cancellation();
    Lane lane =
        lane(
            1,
            (time, _) -> {
              waits.add(time);
              return true;
            });
    lane.closeUntil(NOW.plusSeconds(9));
    lane.closeUntil(NOW.plusSeconds(5));

    assertThat(lane.enter(cancellation)).isEqualTo(CANCELLED);
    assertThat(waits).containsExactly(Duration.ofMillis(9250));
  }

  @Test
  void says_so_when_the_wait_would_be_too_long() throws Exception {
    Lane lane = lane(1);
    lane.closeUntil(NOW.plusSeconds(90));

    assertThat(lane.enter(new Cancellation()))
        .isEqualTo(new Lane.Entry.Full(Duration.ofSeconds(90)));
  }
}
