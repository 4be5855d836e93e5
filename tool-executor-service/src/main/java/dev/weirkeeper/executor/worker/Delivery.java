package dev.weirkeeper.executor.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record handed over by a source. Thread-safe. */
final class Delivery {

  private final ConsumerRecord<byte[], byte[]> origin;
  private final int number;
  private final int last;
  private final BiConsumer<Delivery, Settlement> source;
  private final Runnable onEnd;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean settled = new AtomicBoolean();

  /**
   * @param number how often the record has been delivered, this time included
   * @param last the delivery after which it is not delivered again
   * @param source told what became of it, from any thread
   * @param onEnd told once that the call has ended, from any thread
   */
  Delivery(
      ConsumerRecord<byte[], byte[]> origin,
      int number,
      int last,
      BiConsumer<Delivery, Settlement> source,
      Runnable onEnd) {
    this.origin = origin;
    this.number = number;
    this.last = last;
    this.source = source;
    this.onEnd = onEnd;
  }

  ConsumerRecord<byte[], byte[]> origin() {
    return origin;
  }

  int number() {
    return number;
  }

  int last() {
    return last;
  }

  /** Says that the call has ended, and only its answer is still to be written. */
  void end() {
    if (ended.compareAndSet(false, true)) {
      onEnd.run();
    }
  }

  /** Says what became of it; only the first word counts. */
  void settle(Settlement settlement) {
    end();
    if (settled.compareAndSet(false, true)) {
      source.accept(this, settlement);
    }
  }
}
