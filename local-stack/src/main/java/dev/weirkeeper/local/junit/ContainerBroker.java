package dev.weirkeeper.local.junit;

import dev.weirkeeper.local.broker.BrokerSettings;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The official Kafka image of the version of our clients, run by Testcontainers. Loaded only where
 * that library is on the class path.
 */
final class ContainerBroker implements AutoCloseable {

  private static final DockerImageName IMAGE =
      DockerImageName.parse("apache/kafka").withTag(AppInfoParser.getVersion());

  private static final String CLEANER = "testcontainers/ryuk";
  private static final long PATIENCE_SECONDS = 10;

  private final KafkaContainer container;

  private ContainerBroker(KafkaContainer container) {
    this.container = container;
  }

  /** Starts one, fetching the image where it is not there yet. */
  static ContainerBroker start() {
    KafkaContainer container = new KafkaContainer(IMAGE);
    BrokerSettings.singleNode().forEach((key, value) -> container.withEnv(variable(key), value));
    container.start();
    return new ContainerBroker(container);
  }

  /**
   * Empty if no engine answers or an image would have to be fetched: the broker's, or that of the
   * container by which Testcontainers cleans up. The engine's own command is asked, as
   * Testcontainers fetches the latter before it answers any question.
   */
  static Optional<ContainerBroker> startIfImagesAreThere() {
    boolean cleaner =
        Boolean.parseBoolean(System.getenv("TESTCONTAINERS_RYUK_DISABLED")) || isThere(CLEANER);
    return cleaner && isThere(IMAGE.asCanonicalNameString())
        ? Optional.of(start())
        : Optional.empty();
  }

  private static boolean isThere(String image) {
    try {
      Process docker =
          new ProcessBuilder("docker", "image", "ls", "--quiet", image)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      docker.getOutputStream().close();
      if (!docker.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        docker.destroy();
        return false;
      }
      return docker.exitValue() == 0 && docker.getInputStream().read() >= 0;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  String bootstrapServers() {
    return container.getBootstrapServers();
  }

  @Override
  public void close() {
    container.close();
  }

  /** The image's name for a broker setting: the inverse of what its start script undoes. */
  static String variable(String setting) {
    return "KAFKA_"
        + setting.replace("_", "__").replace("-", "___").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
