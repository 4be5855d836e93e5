package dev.weirkeeper.local.registry;

import dev.weirkeeper.local.registry.Change.Content;
import dev.weirkeeper.local.registry.Change.Mode;
import dev.weirkeeper.local.registry.Change.Reference;
import dev.weirkeeper.local.registry.Change.Version;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The compacted topic that keeps the registry's changes. Keys and values are the JSON that the
 * protocol's first server writes to its topic of the same name.
 */
final class SchemaTopic implements AutoCloseable {

  static final String NAME = "_schemas";

  private static final Logger LOG = LoggerFactory.getLogger(SchemaTopic.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TopicPartition PARTITION = new TopicPartition(NAME, 0);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String bootstrapServers;
  private final KafkaProducer<String, @Nullable String> producer;

  SchemaTopic(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    createIfAbsent();
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "client.id",
                "local-registry",
                "acks",
                "all",
                "linger.ms",
                "0",
                "buffer.memory",
                Integer.toString(8 * 1024 * 1024),
                "max.request.size",
                Integer.toString(4 * 1024 * 1024)),
            new StringSerializer(),
            new StringSerializer());
  }

  /** Hands over every change the topic has, oldest first. */
  void replay(Consumer<Change> to) {
    try (KafkaConsumer<String, @Nullable String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "client.id", "local-registry-replay"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
      while (consumer.position(PARTITION) < end) {
        consumer.poll(POLL).forEach(r -> read(r.key(), r.value()).ifPresent(to));
      }
    }
  }

  /** Keeps a change; returns when the broker has it. */
  void append(Change change) {
    try {
      producer.send(new ProducerRecord<>(NAME, 0, key(change), value(change))).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the registry's topic " + NAME + " takes no record", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while writing to topic " + NAME, e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }

  private void createIfAbsent() {
    NewTopic topic =
        new NewTopic(NAME, Optional.of(1), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(4 * 1024 * 1024)));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new IllegalStateException(
            "can't create the registry's topic " + NAME + " at " + bootstrapServers, e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating topic " + NAME, e);
    }
  }

  private static String key(Change change) {
    ObjectNode key = JSON.createObjectNode();
    switch (change) {
      case Change.VersionKept(Version v) -> versionKey(key, v.subject(), v.number());
      case Change.VersionGone(String subject, int number) -> versionKey(key, subject, number);
      case Change.LevelSet(Optional<String> subject, var level) ->
          key.put("keytype", "CONFIG").put("subject", subject.orElse(null)).put("magic", 0);
      case Change.ModeSet(Optional<String> subject, var mode) ->
          key.put("keytype", "MODE").put("subject", subject.orElse(null)).put("magic", 0);
      case Change.IdsUsed ids -> key.put("keytype", "NOOP").put("magic", 0);
    }
    return key.toString();
  }

  private static void versionKey(ObjectNode key, String subject, int number) {
    key.put("keytype", "SCHEMA").put("subject", subject).put("version", number).put("magic", 1);
  }

  private static @Nullable String value(Change change) {
    ObjectNode value = JSON.createObjectNode();
    return switch (change) {
      case Change.VersionKept(Version v) -> {
        value.put("subject", v.subject()).put("version", v.number()).put("id", v.id());
        ArrayNode references = JSON.createArrayNode();
        v.content().references().forEach(r -> references.add(json(r)));
        if (!references.isEmpty()) {
          value.set("references", references);
        }
        yield value.put("schema", v.content().text()).put("deleted", v.hidden()).toString();
      }
      case Change.VersionGone gone -> null;
      case Change.LevelSet(var subject, Optional<CompatibilityLevel> level) ->
          level.map(l -> value.put("compatibilityLevel", l.name()).toString()).orElse(null);
      case Change.ModeSet(var subject, Optional<Mode> mode) ->
          mode.map(m -> value.put("mode", m.name()).toString()).orElse(null);
      case Change.IdsUsed(int last) -> value.put("lastId", last).toString();
    };
  }

  static ObjectNode json(Reference reference) {
    return JSON.createObjectNode()
        .put("name", reference.name())
        .put("subject", reference.subject())
        .put("version", reference.version());
  }

  static List<Reference> references(JsonNode json) {
    List<Reference> references = new ArrayList<>();
    for (JsonNode r : json) {
      references.add(
          new Reference(
              r.path("name").asString(""),
              r.path("subject").asString(""),
              r.path("version").asInt(Schemas.LATEST)));
    }
    return references;
  }

  private static Optional<Change> read(String keyText, @Nullable String valueText) {
    try {
      JsonNode key = JSON.readTree(keyText);
      JsonNode value = valueText == null ? null : JSON.readTree(valueText);
      Optional<String> subject = Optional.ofNullable(key.path("subject").asString(null));
      return switch (key.path("keytype").asString("")) {
        case "SCHEMA" -> {
          String name = subject.orElseThrow();
          int number = key.path("version").asInt();
          yield Optional.of(
              value == null
                  ? new Change.VersionGone(name, number)
                  : new Change.VersionKept(version(name, number, value)));
        }
        case "CONFIG" ->
            Optional.of(
                new Change.LevelSet(
                    subject,
                    Optional.ofNullable(value)
                        .map(v -> v.path("compatibilityLevel").asString(""))
                        .map(CompatibilityLevel::valueOf)));
        case "MODE" ->
            Optional.of(
                new Change.ModeSet(
                    subject,
                    Optional.ofNullable(value)
                        .map(v -> v.path("mode").asString(""))
                        .map(Mode::valueOf)));
        case "NOOP" ->
            Optional.ofNullable(value).map(v -> new Change.IdsUsed(v.path("lastId").asInt(0)));
        default -> Optional.empty();
      };
    } catch (JacksonException | IllegalArgumentException | java.util.NoSuchElementException e) {
      LOG.warn("passing over a record of {} that is not the registry's: {}", NAME, keyText, e);
      return Optional.empty();
    }
  }

  private static Version version(String subject, int number, JsonNode value) {
    return new Version(
        subject,
        number,
        value.path("id").asInt(),
        new Content(value.path("schema").asString(""), references(value.path("references"))),
        value.path("deleted").asBoolean(false));
  }
}
