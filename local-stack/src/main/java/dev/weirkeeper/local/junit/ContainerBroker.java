package dev.weirkeeper.local.junit;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.weirkeeper.local.broker.BrokerSettings;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.utils.AppInfoParser;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The official Kafka image of the version of our clients, run by Testcontainers. Loaded only where
 * that library is on the class path.
 */
final class ContainerBroker implements AutoCloseable {

  private static final DockerImageName IMAGE =
      DockerImageName.parse("apache/kafka").withTag(AppInfoParser.getVersion());

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

  /** Empty if no engine answers or the image would have to be fetched. */
  static Optional<ContainerBroker> startIfImageIsThere() {
    DockerClientFactory engine = DockerClientFactory.instance();
    if (!engine.isDockerAvailable()) {
      return Optional.empty();
    }
    try {
      engine.client().inspectImageCmd(IMAGE.asCanonicalNameString()).exec();
    } catch (NotFoundException e) {
      return Optional.empty();
    }
    return Optional.of(start());
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
