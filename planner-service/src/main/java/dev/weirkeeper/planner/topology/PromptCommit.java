package dev.weirkeeper.planner.topology;

import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Has a stream thread commit as soon as it has processed all it polled. So under exactly-once what
 * a lone session waits for is seen at once, and under load as much is committed together as came in
 * during the commit before. Records that nothing waits for are committed with the next ones, or
 * when Kafka Streams does it by itself.
 */
final class PromptCommit implements Processor<byte[], byte[], byte[], Outgoing> {

  private final Processor<byte[], byte[], byte[], Outgoing> processor;
  private final String unhurried;
  private @Nullable ProcessorContext<byte[], Outgoing> context;

  /**
   * Wraps a processor.
   *
   * @param unhurried a topic that is read and led to nothing that anybody waits for
   */
  PromptCommit(Processor<byte[], byte[], byte[], Outgoing> processor, String unhurried) {
    this.processor = processor;
    this.unhurried = unhurried;
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> opened) {
    context = opened;
    processor.init(opened);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    processor.process(record);
    ProcessorContext<byte[], Outgoing> in = Objects.requireNonNull(context);
    boolean waitedFor = in.recordMetadata().filter(at -> at.topic().equals(unhurried)).isEmpty();
    if (Backlog.processed(waitedFor)) {
      in.commit();
    }
  }

  @Override
  public void close() {
    processor.close();
  }
}
