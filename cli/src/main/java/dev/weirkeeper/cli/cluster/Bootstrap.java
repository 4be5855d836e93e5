package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.operations.cluster.ShareGroups;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Prepares a cluster for the services: topics, the settings of share groups, schemas. Does what is
 * missing and leaves the rest alone, so that it can run before every deployment.
 */
public final class Bootstrap {

  private final Topics topics;
  private final List<String> pools;

  /** Prepares clusters with this catalogue and these tool pools. */
  public Bootstrap(Topics topics, List<String> pools) {
    this.topics = topics;
    this.pools = List.copyOf(pools);
  }

  /**
   * What was done.
   *
   * @param created topics that were missing
   * @param present topics that were there
   * @param objections what does not fit about those that were there, each with its fix; they are
   *     not changed
   */
  public record TopicsReport(List<String> created, List<String> present, List<String> objections) {}

  /**
   * Creates the topics that are missing and gives every share group its settings.
   *
   * @param sessionPartitions partitions of every session-keyed topic
   * @param replication copies of each partition; -1 for the broker's default
   * @throws ExecutionException as Kafka's admin client does
   */
  public TopicsReport topics(Admin admin, int sessionPartitions, short replication)
      throws ExecutionException, InterruptedException {
    Set<String> before = admin.listTopics().names().get();
    List<NewTopic> missing =
        topics.all(pools).stream()
            .filter(topic -> !before.contains(topic.name()))
            .map(topic -> topic.newTopic(sessionPartitions, replication))
            .toList();
    try {
      admin.createTopics(missing).all().get();
    } catch (ExecutionException e) {
      // Another run of this was faster with one of them; the others have been created.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
    for (String pool : pools) {
      ShareGroups.prepare(admin, topics.executorGroup(pool));
    }
    List<String> present =
        topics.all(pools).stream().map(Topic::name).filter(before::contains).toList();
    return new TopicsReport(
        missing.stream().map(NewTopic::name).toList(), present, objections(admin, present));
  }

  /**
   * What does not fit about topics that exist.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  List<String> objections(Admin admin, List<String> present)
      throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> descriptions =
        admin.describeTopics(present).allTopicNames().get();
    int expected =
        descriptions.containsKey(topics.tasks().name())
            ? descriptions.get(topics.tasks().name()).partitions().size()
            : 0;
    List<String> objections = new ArrayList<>();
    for (Topic<?> topic : topics.all(pools)) {
      TopicDescription description = descriptions.get(topic.name());
      if (description != null
          && topic.key() == Topic.Key.SESSION
          && expected > 0
          && description.partitions().size() != expected) {
        objections.add(
            "%s has %d partitions but %s has %d: topics keyed by session need the same number. Delete the smaller one while no session is open, or raise it with kafka-topics.sh --alter --topic %s --partitions N"
                .formatted(
                    topic.name(),
                    description.partitions().size(),
                    topics.tasks().name(),
                    expected,
                    description.partitions().size() < expected
                        ? topic.name()
                        : topics.tasks().name()));
      }
    }
    return objections;
  }

  /**
   * Registers the schema of every topic under its subject and has the registry refuse versions that
   * can't read what is there.
   *
   * @return the subjects in order, each with the id of its schema
   */
  public List<Registered> schemas(SchemaRegistry registry) {
    return forEachSubject(
        (subject, schema) -> {
          Optional<Integer> known = registry.idOf(subject, schema);
          if (known.isPresent()) {
            return new Registered(subject, known.get());
          }
          registry.requireCompatibility(subject, CompatibilityLevel.BACKWARD_TRANSITIVE);
          return new Registered(subject, registry.register(subject, schema));
        });
  }

  /**
   * Compares the schemas of this version with those of a registry, which stays as it is.
   *
   * @return one entry for each subject
   */
  public List<Compared> compare(SchemaRegistry registry) {
    return forEachSubject(
        (subject, schema) -> {
          if (registry.latest(subject).isEmpty()) {
            return new Compared(subject, Compared.State.MISSING, List.of());
          }
          if (registry.idOf(subject, schema).isPresent()) {
            return new Compared(subject, Compared.State.REGISTERED, List.of());
          }
          List<String> objections = registry.objections(subject, schema);
          return new Compared(
              subject,
              objections.isEmpty() ? Compared.State.COMPATIBLE : Compared.State.INCOMPATIBLE,
              objections);
        });
  }

  /** Asks the registry about all subjects side by side; the results are in the topics' order. */
  private <R> List<R> forEachSubject(BiFunction<String, Schema, R> step) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<R>> results =
          topics.all(pools).stream()
              .filter(topic -> topic.value().isPresent())
              .map(
                  topic ->
                      CompletableFuture.supplyAsync(
                          () ->
                              step.apply(
                                  topic.name() + "-value",
                                  SpecificData.get().getSchema(topic.value().orElseThrow())),
                          threads))
              .toList();
      return results.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** A subject and the id its schema has. */
  public record Registered(String subject, int id) {}

  /**
   * How a schema of this version stands to a registry.
   *
   * @param objections why it is incompatible
   */
  public record Compared(String subject, State state, List<String> objections) {

    /** The relation. */
    public enum State {
      REGISTERED,
      COMPATIBLE,
      MISSING,
      INCOMPATIBLE
    }
  }
}
