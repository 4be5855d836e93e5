package dev.weirkeeper.operations.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kafka's own keys, passed through to its clients unread: {@code kafka.} for all of them, and a
 * prefix for each kind that wins over it. Prints its keys only, since values may hold passwords.
 * Immutable.
 */
public final class KafkaKeys {

  static final String ALL = "kafka.";
  static final String PRODUCER = "kafka.producer.";
  static final String CONSUMER = "kafka.consumer.";
  static final String SHARE = "kafka.share-consumer.";
  static final String STREAMS = "kafka.streams.";
  static final String ADMIN = "kafka.admin.";
  private static final List<String> KINDS = List.of(PRODUCER, CONSUMER, SHARE, STREAMS, ADMIN);

  private static final Pattern JAAS_PASSWORD =
      Pattern.compile("(?:[pP]assword|[sS]ecret)\\s*=\\s*\"([^\"]+)\"");

  private final Map<String, String> given;

  KafkaKeys(Map<String, String> given) {
    this.given = Map.copyOf(given);
  }

  static boolean owns(String key) {
    return key.startsWith(ALL);
  }

  /** Keys for every client: connection and security, and what serializers are told. */
  public Map<String, Object> common() {
    Map<String, Object> keys = new TreeMap<>();
    given.forEach(
        (key, value) -> {
          if (KINDS.stream().noneMatch(key::startsWith)) {
            keys.put(key.substring(ALL.length()), value);
          }
        });
    return keys;
  }

  /** Keys for producers. The map is the caller's to add to. */
  public Map<String, Object> producer() {
    return with(PRODUCER);
  }

  /** Keys for consumers of consumer groups. The map is the caller's to add to. */
  public Map<String, Object> consumer() {
    return with(CONSUMER);
  }

  /** Keys for share consumers. The map is the caller's to add to. */
  public Map<String, Object> shareConsumer() {
    return with(SHARE);
  }

  /** Keys for Kafka Streams. The map is the caller's to add to. */
  public Map<String, Object> streams() {
    return with(STREAMS);
  }

  /** Keys for the admin client. The map is the caller's to add to. */
  public Map<String, Object> admin() {
    return with(ADMIN);
  }

  /** The passwords among them, those in a JAAS line included. */
  List<Secret> secrets() {
    List<Secret> secrets = new ArrayList<>();
    given.forEach(
        (key, value) -> {
          if (key.endsWith("password") || key.endsWith("secret") || key.endsWith("user.info")) {
            secrets.add(Secret.of(value));
          } else if (key.endsWith("jaas.config")) {
            Matcher password = JAAS_PASSWORD.matcher(value);
            while (password.find()) {
              secrets.add(Secret.of(password.group(1)));
            }
          }
        });
    return secrets;
  }

  private Map<String, Object> with(String prefix) {
    Map<String, Object> keys = common();
    given.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            keys.put(key.substring(prefix.length()), value);
          }
        });
    return keys;
  }

  @Override
  public String toString() {
    return given.keySet().stream().sorted().toList().toString();
  }
}
