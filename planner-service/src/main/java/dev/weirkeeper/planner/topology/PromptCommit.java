package dev.weirkeeper.planner.topology;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Has a stream thread commit as soon as it has processed all it polled. So under exactly-once what
 * a lone session waits for is seen at once, and under load as much is committed together as came in
 * during the commit before.
 */
final class PromptCommit implements Processor<byte[], byte[], byte[], Outgoing> {

  private final Processor<byte[], byte[], byte[], Outgoing> processor;
  private @Nullable ProcessorContext<byte[], Outgoing> context;

  PromptCommit(Processor<byte[], byte[], byte[], Outgoing> processor) {
    this.processor = processor;
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> opened) {
    context = opened;
    processor.init(opened);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    processor.process(record);
    if (Backlog.drained() && context != null) {
      context.commit();
    }
  }

  @Override
  public void close() {
    processor.close();
  }
}
