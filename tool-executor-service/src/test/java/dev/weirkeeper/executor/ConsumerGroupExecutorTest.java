package dev.weirkeeper.executor;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;

class ConsumerGroupExecutorTest extends ExecutorContract {

  ConsumerGroupExecutorTest() throws Exception {
    super(DeliveryMode.GROUP);
  }
}
