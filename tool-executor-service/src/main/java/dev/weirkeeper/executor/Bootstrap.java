package dev.weirkeeper.executor;

import dev.weirkeeper.operations.cluster.ClusterFitness;
import dev.weirkeeper.operations.cluster.ShareGroups;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a cluster in order before an executor joins its groups, as far as the executor has the
 * rights, and checks it as far as it has those.
 */
final class Bootstrap {

  private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);

  private static final Duration APPLIED = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final String DELIVERY_LIMIT = "share.delivery.count.limit";

  private final Connection connection;
  private final Topics topics;

  Bootstrap(Connection connection, Topics topics) {
    this.connection = connection;
    this.topics = topics;
  }

  /**
   * Creates the topics of pools that have none, sets their share groups up and checks them.
   *
   * @param share whether share groups are used
   * @return the fewest deliveries of any of the share groups; empty if there are none or they can't
   *     be read
   * @throws dev.weirkeeper.operations.cluster.UnfitClusterException with the commands that put it
   *     right
   * @throws ExecutionException if the cluster can't be asked now
   */
  OptionalInt prepare(Collection<String> pools, boolean share)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(connection.admin())) {
      ClusterFitness fitness = new ClusterFitness(admin, connection.bootstrapServers());
      if (!share) {
        fitness.requireTransactions();
        createMissing(admin, pools);
        return OptionalInt.empty();
      }
      fitness.requireShareGroups(List.of());
      createMissing(admin, pools);
      List<String> groups = pools.stream().map(topics::executorGroup).toList();
      try {
        for (String group : groups) {
          if (setUp(admin, group)) {
            awaitApplied(fitness, group);
          }
        }
        fitness.requireShareGroups(groups);
        return deliveryLimit(admin, groups);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof AuthorizationException denied) {
          LOG.warn(
              "the settings of share groups {} can't be checked ({}): grant DESCRIBE_CONFIGS on"
                  + " them, or make sure that they are {}",
              groups,
              denied.getMessage(),
              ShareGroups.required());
          return OptionalInt.empty();
        }
        throw e;
      }
    }
  }

  private static boolean setUp(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    try {
      ShareGroups.prepare(admin, group);
      return true;
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        throw e;
      }
      LOG.info("no right to set up share group {}; it is only checked", group);
      return false;
    }
  }

  /** The controller has the settings at once, the brokers a moment later. */
  private static void awaitApplied(ClusterFitness fitness, String group)
      throws ExecutionException, InterruptedException {
    long end = System.nanoTime() + APPLIED.toNanos();
    while (fitness.shareGroup(group).isPresent() && System.nanoTime() < end) {
      Thread.sleep(LOOK);
    }
  }

  private void createMissing(Admin admin, Collection<String> pools)
      throws ExecutionException, InterruptedException {
    Set<String> existing = admin.listTopics().names().get();
    List<Topic<ToolCall>> missing = new ArrayList<>();
    for (String pool : pools) {
      Topic<ToolCall> topic = topics.toolCalls(pool);
      if (!existing.contains(topic.name())) {
        missing.add(topic);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    // Like the topic of tasks: whoever set the cluster up knew how many of everything it needs.
    TopicDescription model =
        admin.describeTopics(List.of(topics.tasks().name())).topicNameValues().values().stream()
            .findFirst()
            .orElseThrow()
            .get();
    int partitions = model.partitions().size();
    short replicas = (short) model.partitions().getFirst().replicas().size();
    for (Topic<ToolCall> topic : missing) {
      try {
        admin.createTopics(List.of(topic.newTopic(partitions, replicas))).all().get();
        LOG.info("created topic {} with {} partitions", topic.name(), partitions);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  private static OptionalInt deliveryLimit(Admin admin, List<String> groups)
      throws ExecutionException, InterruptedException {
    List<ConfigResource> resources =
        groups.stream().map(group -> new ConfigResource(ConfigResource.Type.GROUP, group)).toList();
    return admin.describeConfigs(resources).all().get().values().stream()
        .map(config -> config.get(DELIVERY_LIMIT))
        .filter(entry -> entry != null && entry.value() != null)
        .map(ConfigEntry::value)
        .mapToInt(Integer::parseInt)
        .min();
  }
}
