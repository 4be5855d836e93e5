package dev.weirkeeper.cli.trouble;

import dev.weirkeeper.local.broker.BrokerStartException;
import dev.weirkeeper.operations.cluster.UnfitClusterException;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.serde.SchemaRefusedException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes a sentence of what libraries throw. */
public final class Explanation {

  private final String bootstrapServers;

  /**
   * Explains failures of a command.
   *
   * @param bootstrapServers how the command reaches Kafka, for the sentences
   */
  public Explanation(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /** The sentence for a failure; for one that nobody foresaw a report of a bug. */
  public Trouble of(Throwable failure) {
    return Stream.iterate(
            Optional.of(failure),
            Optional::isPresent,
            now -> now.flatMap(e -> Optional.ofNullable(e.getCause())))
        .flatMap(Optional::stream)
        .flatMap(cause -> known(cause, failure).stream())
        .findFirst()
        .orElseGet(
            () ->
                new Trouble(
                    ExitCode.BUG,
                    "an error nobody foresaw: %s. Please report it with the log".formatted(failure),
                    failure));
  }

  private Optional<Trouble> known(Throwable cause, Throwable failure) {
    return Optional.ofNullable(
        switch (cause) {
          case Trouble trouble -> trouble;
          case ConfigurationException e -> new Trouble(ExitCode.USAGE, message(e), failure);
          case ConfigException e ->
              new Trouble(ExitCode.USAGE, "a setting for Kafka is wrong: " + message(e), failure);
          case UnfitClusterException e -> new Trouble(ExitCode.UNREACHABLE, message(e), failure);
          case BrokerStartException e -> new Trouble(ExitCode.UNREACHABLE, message(e), failure);
          case RegistryUnavailableException e ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "the schema registry does not answer (%s): start it, or name another with --registry or SCHEMA_REGISTRY_URL"
                      .formatted(message(e)),
                  failure);
          case SchemaRefusedException e -> new Trouble(ExitCode.OUTCOME, message(e), failure);
          case AuthenticationException e ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "Kafka at %s refuses the login (%s): check kafka.sasl.jaas.config, kafka.sasl.mechanism and kafka.security.protocol"
                      .formatted(bootstrapServers, message(e)),
                  failure);
          case AuthorizationException e ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "Kafka at %s allows this login too little (%s): grant it what the table of access rights lists"
                      .formatted(bootstrapServers, message(e)),
                  failure);
          case UnknownTopicOrPartitionException e ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "a topic is missing at %s (%s): create them with weir topics create"
                      .formatted(bootstrapServers, message(e)),
                  failure);
          case TimeoutException e -> noBroker(failure);
          case SQLException e when String.valueOf(e.getSQLState()).startsWith("08") ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "PostgreSQL does not answer (%s): start it, or correct its URL in the settings"
                      .formatted(message(e)),
                  failure);
          case SQLException e when String.valueOf(e.getSQLState()).startsWith("28") ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "PostgreSQL refuses the login (%s): correct user and password in the settings"
                      .formatted(message(e)),
                  failure);
          case ConnectException e ->
              new Trouble(
                  ExitCode.UNREACHABLE,
                  "nothing answers (%s): check that the address is right and the server runs"
                      .formatted(message(e)),
                  failure);
          default -> null;
        });
  }

  /** The sentence for a cluster that does not answer. */
  public Trouble noBroker(Throwable failure) {
    return new Trouble(
        ExitCode.UNREACHABLE,
        "no Kafka broker answers at %s: start one (weir up), or name another with --bootstrap or KAFKA_BOOTSTRAP_SERVERS"
            .formatted(bootstrapServers),
        failure);
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
