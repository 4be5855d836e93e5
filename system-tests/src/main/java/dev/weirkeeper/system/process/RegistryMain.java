package dev.weirkeeper.system.process;

import dev.weirkeeper.local.registry.LocalRegistry;
import java.util.concurrent.CountDownLatch;

/** A schema registry as a process. */
final class RegistryMain {

  private RegistryMain() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments the broker's address and the port
   */
  public static void main(String[] arguments) throws InterruptedException {
    try (LocalRegistry _ = LocalRegistry.start(arguments[0], Integer.parseInt(arguments[1]))) {
      new CountDownLatch(1).await();
    }
  }
}
