package dev.weirkeeper.system.process;

import dev.weirkeeper.local.rehearsal.BenchModel;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.local.rehearsal.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A model server as a process. */
final class ModelMain {

  static final String BENCH = "bench";
  static final String REHEARSAL = "rehearsal";

  private ModelMain() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments {@code bench}, port, calls, tool, argument, payload, latency in ms; or {@code
   *     rehearsal}, port, scenario file, file for the record of what was charged
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[1]);
    switch (arguments[0]) {
      case BENCH -> {
        BenchModel.Settings settings =
            new BenchModel.Settings(
                port,
                Integer.parseInt(arguments[2]),
                arguments[3],
                arguments[4],
                Integer.parseInt(arguments[5]),
                Duration.ofMillis(Long.parseLong(arguments[6])));
        try (BenchModel _ = BenchModel.start(settings)) {
          new CountDownLatch(1).await();
        }
      }
      case REHEARSAL -> {
        RehearsalModel.Settings settings =
            RehearsalModel.Settings.defaults()
                .withPort(port)
                .withScenario(Scenario.read(Path.of(arguments[2])))
                .withRecord(Path.of(arguments[3]));
        try (RehearsalModel _ = RehearsalModel.start(settings)) {
          new CountDownLatch(1).await();
        }
      }
      default -> throw new IllegalArgumentException("no model is called " + arguments[0]);
    }
  }
}
