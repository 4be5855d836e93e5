package dev.weirkeeper.executor;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;

class ShareGroupExecutorTest extends ExecutorContract {

  ShareGroupExecutorTest() throws Exception {
    super(DeliveryMode.SHARE);
  }
}
