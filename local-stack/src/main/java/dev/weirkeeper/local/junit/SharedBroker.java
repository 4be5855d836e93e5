package dev.weirkeeper.local.junit;

import dev.weirkeeper.local.broker.EmbeddedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The broker that a JVM's tests share. Both kinds are tuned alike, so that tests see no difference.
 */
sealed interface SharedBroker extends AutoCloseable {

  /** Which kind to use: {@code embedded}, {@code container} or {@code auto}, the default. */
  String CHOICE = "weirkeeper.tests.broker";

  String bootstrapServers();

  @Override
  void close();

  /**
   * Starts one. {@code auto} takes a container if Testcontainers is on the class path, an engine
   * answers and the images are there already; nothing is downloaded unasked.
   */
  static SharedBroker start() {
    String choice = System.getProperty(CHOICE, "auto").toLowerCase(Locale.ROOT);
    return switch (choice) {
      case "embedded" -> Embedded.start();
      case "container" -> new Container(ContainerBroker.start());
      case "auto" -> container().<SharedBroker>map(Container::new).orElseGet(Embedded::start);
      default ->
          throw new IllegalArgumentException(
              CHOICE + "=" + choice + " must be embedded, container or auto");
    };
  }

  private static Optional<ContainerBroker> container() {
    return enginePresent() && testcontainersPresent()
        ? ContainerBroker.startIfImagesAreThere()
        : Optional.empty();
  }

  /** Asked first, because a search by Testcontainers takes seconds and ends in a loud warning. */
  private static boolean enginePresent() {
    return System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
  }

  private static boolean testcontainersPresent() {
    try {
      Class.forName(
          "org.testcontainers.kafka.KafkaContainer", false, SharedBroker.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** The broker in this JVM. */
  record Embedded(EmbeddedBroker broker) implements SharedBroker {

    static Embedded start() {
      return new Embedded(EmbeddedBroker.ephemeral());
    }

    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
    }
  }

  /** The official image. */
  record Container(ContainerBroker broker) implements SharedBroker {

    @Override
    public String bootstrapServers() {
      return broker.bootstrapServers();
    }

    @Override
    public void close() {
      broker.close();
    }
  }
}
