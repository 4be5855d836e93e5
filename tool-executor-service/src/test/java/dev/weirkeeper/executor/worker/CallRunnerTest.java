package dev.weirkeeper.executor.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.executor.Bench;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.executor.SampleTools;
import dev.weirkeeper.executor.result.ResultLimit;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolErrorCode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CallRunnerTest {

  private static final int LAST = 3;

  private final SampleTools tools = new SampleTools();
  private Bench bench;
  private Outbox outbox;
  private Cancellations cancellations;
  private CallRunner runner;

  @BeforeEach
  void begin() throws Exception {
    bench = new Bench(DeliveryMode.SHARE);
    ExecutorConfig config = bench.config();
    outbox =
        new Outbox(
            bench.topics(),
            config.connection().producer(),
            config.connection().serde(),
            config.redaction());
    cancellations =
        new Cancellations(
            bench.topics().controls().name(),
            config.connection().consumer(),
            config.connection().serde());
    cancellations.start();
    runner =
        new CallRunner(
            Topics.DEFAULT_POOL,
            ToolCatalogue.of(List.of(tools)),
            new Equipment(
                "runner",
                Optional.empty(),
                new ResultLimit(Optional.empty(), config.results().maxBytes()),
                Redaction.none(),
                outbox,
                cancellations,
                new ExecutorMetrics(bench.metrics()),
                Tracing.off(),
                Clock.systemUTC()),
            config.connection().serde(),
            new Slots(1, 1),
            Optional.empty(),
            config.journal().lease());
  }

  @AfterEach
  void end() {
    runner.close();
    cancellations.close();
    outbox.close();
    bench.close();
  }

  @Test
  void one_that_stops_hands_a_call_back() throws Exception {
    ToolCall call = bench.newCall("hold", "{}").build();
    runner.stop();
    assertThat(settlementOf(call, LAST - 1)).isEqualTo(Settlement.HANDED_BACK);
    assertThat(tools.runsOf(call.getCallId())).isZero();
  }

  /** Handed back once more it would be given up by the broker, and nobody would answer it. */
  @Test
  void one_that_stops_answers_a_call_that_is_not_delivered_again() throws Exception {
    ToolCall call = bench.newCall("hold", "{}").build();
    runner.stop();
    assertThat(settlementOf(call, LAST)).isEqualTo(Settlement.DONE);
    assertThat(bench.await1(call).getError().getCode())
        .isEqualTo(ToolErrorCode.MAX_RETRIES_EXCEEDED);
    assertThat(tools.runsOf(call.getCallId())).isZero();
  }

  private Settlement settlementOf(ToolCall call, int delivery) throws Exception {
    CompletableFuture<Settlement> settled = new CompletableFuture<>();
    String topic = bench.topics().toolCalls(Topics.DEFAULT_POOL).name();
    runner.accept(
        new Delivery(
            new ConsumerRecord<>(topic, 0, 0, new byte[0], bench.bytes(call)),
            delivery,
            LAST,
            (_, settlement) -> settled.complete(settlement),
            () -> {}));
    return settled.get(30, TimeUnit.SECONDS);
  }
}
