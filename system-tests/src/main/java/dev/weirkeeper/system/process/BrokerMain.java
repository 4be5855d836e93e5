package dev.weirkeeper.system.process;

import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.BrokerSettings.Listener;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A broker as a process. */
final class BrokerMain {

  private BrokerMain() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments data directory, port, then {@code NAME:port:advertised port} for each further
   *     listener or {@code key=value} for a broker setting
   */
  public static void main(String[] arguments) throws InterruptedException {
    BrokerSettings settings =
        BrokerSettings.in(Path.of(arguments[0])).onPort(Integer.parseInt(arguments[1]));
    for (int i = 2; i < arguments.length; i++) {
      int equals = arguments[i].indexOf('=');
      if (equals > 0) {
        settings =
            settings.with(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
      } else {
        String[] parts = arguments[i].split(":", 3);
        settings =
            settings.with(
                new Listener(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
      }
    }
    try (EmbeddedBroker _ = EmbeddedBroker.start(settings)) {
      new CountDownLatch(1).await();
    }
  }
}
