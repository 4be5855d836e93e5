package dev.weirkeeper.schemas.serde;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A few reusable objects that threads take and give back without locking. Unlike a thread-local it
 * holds no more than its size however many threads come and go, virtual ones included.
 */
final class Spares<T> {

  private final AtomicReferenceArray<@Nullable T> slots;
  private final int mask;

  Spares() {
    int size = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 4);
    this.slots = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
  }

  @Nullable T take() {
    return slots.getAndSet(slot(), null);
  }

  void giveBack(T spare) {
    slots.lazySet(slot(), spare);
  }

  private int slot() {
    long id = Thread.currentThread().threadId();
    return (int) (id ^ (id >>> 16)) & mask;
  }
}
