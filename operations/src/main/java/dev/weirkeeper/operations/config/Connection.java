package dev.weirkeeper.operations.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a service reaches Kafka and the schema registry, and how its topics are called: the settings
 * that all services have in common.
 *
 * @param bootstrapServers the first brokers to ask, {@code host:port} separated by commas
 * @param schemaRegistryUrl one or more addresses separated by commas
 * @param topicPrefix what every topic's name starts with
 * @param kafka Kafka's own keys, without the two addresses
 */
public record Connection(
    String bootstrapServers, String schemaRegistryUrl, String topicPrefix, KafkaKeys kafka) {

  public static final Setting<String> BOOTSTRAP_SERVERS =
      Setting.text("kafka.bootstrap.servers")
          .alsoFrom("KAFKA_BOOTSTRAP_SERVERS")
          .describedAs("brokers to ask first, host:port separated by commas");

  public static final Setting<String> SCHEMA_REGISTRY_URL =
      Setting.text("schema.registry.url")
          .where(url -> url.matches("(https?://\\S+|mock://\\S+)"), "an http or https address")
          .alsoFrom("SCHEMA_REGISTRY_URL")
          .describedAs("schema registry, several addresses separated by commas");

  public static final Setting<String> TOPIC_PREFIX =
      Setting.text("topics.prefix")
          .where(
              prefix -> prefix.matches("([a-z0-9-]+\\.)+"), "lower-case words, each with its dot")
          .defaultsTo("agent.")
          .describedAs("what every topic's name starts with");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, TOPIC_PREFIX);

  /** Takes this record's part of a service's settings. */
  public static Connection from(Settings settings) {
    return new Connection(
        settings.get(BOOTSTRAP_SERVERS),
        settings.get(SCHEMA_REGISTRY_URL),
        settings.get(TOPIC_PREFIX),
        settings.kafka());
  }

  /** Everything a producer and its serializers need. The map is the caller's to add to. */
  public Map<String, Object> producer() {
    return with(kafka.producer());
  }

  /** Everything a consumer and its deserializers need. The map is the caller's to add to. */
  public Map<String, Object> consumer() {
    return with(kafka.consumer());
  }

  /** Everything a share consumer and its deserializers need. The map is the caller's to add to. */
  public Map<String, Object> shareConsumer() {
    return with(kafka.shareConsumer());
  }

  /** Everything Kafka Streams needs. The map is the caller's to add to. */
  public Map<String, Object> streams() {
    return with(kafka.streams());
  }

  /** Everything an admin client needs. The map is the caller's to add to. */
  public Map<String, Object> admin() {
    Map<String, Object> keys = new LinkedHashMap<>(kafka.admin());
    keys.put("bootstrap.servers", bootstrapServers);
    return keys;
  }

  /** What serializers and deserializers made by hand are configured with. */
  public Map<String, Object> serde() {
    return with(kafka.common());
  }

  private Map<String, Object> with(Map<String, Object> keys) {
    Map<String, Object> all = new LinkedHashMap<>(keys);
    all.put("bootstrap.servers", bootstrapServers);
    all.put("schema.registry.url", schemaRegistryUrl);
    return all;
  }
}
