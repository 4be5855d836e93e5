package dev.weirkeeper.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.wire.ToolCall;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ShareGroupExecutorTest extends ExecutorContract {

  private static final Duration OFTEN = Duration.ofMillis(1);

  ShareGroupExecutorTest() throws Exception {
    super(DeliveryMode.SHARE);
  }

  /** What it asks for is locked for it, and waits until the call has ended or the lock does. */
  @Test
  void a_lane_that_holds_a_call_asks_for_no_other() throws Exception {
    bench.with("executor.lanes", "1");
    bench.start(tools);
    for (int i = 0; i < 300; i++) {
      ToolCall held = bench.send(bench.newCall("hold", "{}"));
      await().pollInterval(OFTEN).until(() -> tools.runsOf(held.getCallId()) == 1);
      Thread.sleep(OFTEN);
      assertThat(waitingFetches()).as("fetches that wait at the broker, round %s", i).isZero();
      CountDownLatch gate = tools.gate;
      tools.gate = new CountDownLatch(1);
      gate.countDown();
      await().pollInterval(OFTEN).until(() -> waitingFetches() == 1);
    }
  }

  /**
   * What an executor hands back as it stops is a delivery; its other lanes must not make it many.
   */
  @Test
  void what_is_handed_back_does_not_come_to_the_other_lanes_of_the_one_that_stops()
      throws Exception {
    bench.with("executor.drain", "0s");
    for (int i = 0; i < 8; i++) {
      SampleTools holding = new SampleTools();
      ToolExecutorService stopping = bench.start(holding);
      ToolCall held = bench.send(bench.newCall("hold", "{}"));
      await().pollInterval(OFTEN).until(() -> holding.runsOf(held.getCallId()) == 1);
      stopping.close();
      SampleTools through = new SampleTools();
      through.gate.countDown();
      ToolExecutorService next = bench.start(through);
      assertThat(bench.await1(held).getDeliveryCount()).as("deliveries, round %s", i).isEqualTo(2);
      next.close();
    }
  }

  private static int waitingFetches() throws JMException {
    return (int)
        ManagementFactory.getPlatformMBeanServer()
            .getAttribute(
                new ObjectName(
                    "kafka.server:type=DelayedOperationPurgatory,name=NumDelayedOperations,"
                        + "delayedOperation=ShareFetch"),
                "Value");
  }
}
