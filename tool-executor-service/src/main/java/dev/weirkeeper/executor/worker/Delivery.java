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
  private final AtomicBoolean settled = new AtomicBoolean();

  /**
   * @param number how often the record has been delivered, this time included
   * @param last the delivery after which it is not delivered again
   * @param source told what became of it, from any thread
   */
  Delivery(
      ConsumerRecord<byte[], byte[]> origin,
      int number,
      int last,
      BiConsumer<Delivery, Settlement> source) {
    this.origin = origin;
    this.number = number;
    this.last = last;
    this.source = source;
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

  /** Says what became of it; only the first word counts. */
  void settle(Settlement settlement) {
    if (settled.compareAndSet(false, true)) {
      source.accept(this, settlement);
    }
  }
}
