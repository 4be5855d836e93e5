package dev.weirkeeper.audit.live;

import dev.weirkeeper.audit.access.Tenants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One who watches, and what waits for them. For one reading thread. */
public final class Watcher implements AutoCloseable {

  /** Batches that may wait; each holds what one look at the store brought. */
  private static final int QUEUE = 64;

  /** Happenings that may wait. */
  private static final int MOST_WAITING = 10_000;

  /**
   * What one look brought.
   *
   * @param mark resume with it after this batch; empty: nothing new to resume with
   * @param missed true if more happened before this than can be told: what is shown must be read
   *     anew
   */
  public record Batch(List<Happening> happenings, Optional<String> mark, boolean missed) {}

  private final Tenants tenants;
  private final Optional<String> session;
  private final Consumer<Watcher> leave;
  private final BlockingQueue<Batch> waiting = new ArrayBlockingQueue<>(QUEUE);
  private int size;
  private volatile boolean dropped;

  Watcher(Tenants tenants, Optional<String> session, Consumer<Watcher> leave) {
    this.tenants = tenants;
    this.session = session;
    this.leave = leave;
  }

  /** Hands over what happened before it watched, and the mark from which it watches. */
  void begin(List<Happening.Owned> all, String mark, boolean missed) {
    put(new Batch(mine(all), Optional.of(mark), missed));
  }

  /** Hands over a batch as far as it concerns this watcher; one that is behind is dropped. */
  void offer(List<Happening.Owned> all, String mark) {
    List<Happening> mine = mine(all);
    if (!mine.isEmpty()) {
      put(new Batch(mine, Optional.of(mark), false));
    }
  }

  private List<Happening> mine(List<Happening.Owned> all) {
    List<Happening> mine = new ArrayList<>();
    for (Happening.Owned owned : all) {
      boolean asked = session.isEmpty() || session.get().equals(owned.happening().sessionId());
      if (asked && owned.seenBy(tenants)) {
        mine.add(owned.happening());
      }
    }
    return mine;
  }

  void put(Batch batch) {
    synchronized (this) {
      size += batch.happenings().size();
      if (size > MOST_WAITING || !waiting.offer(batch)) {
        dropped = true;
      }
    }
  }

  /**
   * What waits next.
   *
   * @return empty if nothing came within the time
   */
  public Optional<Batch> next(Duration patience) throws InterruptedException {
    Batch batch = waiting.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (batch != null) {
      synchronized (this) {
        size -= batch.happenings().size();
      }
    }
    return Optional.ofNullable(batch);
  }

  /** True once it fell too far behind, or the feed stopped; nothing more comes. */
  public boolean dropped() {
    return dropped;
  }

  /** Sends the reader away, who may be waiting for what comes next. */
  void drop() {
    dropped = true;
    var _ = waiting.offer(new Batch(List.of(), Optional.empty(), false));
  }

  @Override
  public void close() {
    leave.accept(this);
  }
}
