package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.cli.api.AuditApi;
import dev.weirkeeper.cli.cluster.Bootstrap.Compared;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.operations.cluster.ClusterFitness;
import dev.weirkeeper.operations.cluster.Finding;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.ToolDefinition;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.GroupState;
import tools.jackson.databind.JsonNode;

/** Looks at everything a cluster needs for the services to work, and changes nothing. */
public final class Doctor {

  private final Cluster cluster;
  private final Admin admin;
  private final Topics topics;
  private final List<String> pools;
  private final Bootstrap bootstrap;

  /** A doctor for this cluster. */
  public Doctor(Cluster cluster) {
    this.cluster = cluster;
    this.admin = cluster.admin();
    this.topics = cluster.topics();
    this.pools = cluster.address().pools();
    this.bootstrap = new Bootstrap(topics, pools);
  }

  /**
   * Looks at everything.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  public List<Examination> examine() throws ExecutionException, InterruptedException {
    List<Examination> all = new ArrayList<>();
    int brokers = admin.describeCluster().nodes().get().size();
    all.add(
        Examination.well(
            "broker",
            "%d at %s".formatted(brokers, cluster.address().connection().bootstrapServers())));
    ClusterFitness fitness =
        new ClusterFitness(admin, cluster.address().connection().bootstrapServers());
    all.add(of("transactions", fitness.transactions(), "transaction.version 2"));
    Optional<Finding> noShareGroups = fitness.shareGroups();
    all.add(of("share groups", noShareGroups, "switched on"));
    if (noShareGroups.isEmpty()) {
      for (String pool : pools) {
        String group = topics.executorGroup(pool);
        all.add(of("group " + group, fitness.shareGroup(group), "earliest, read_committed"));
      }
    }
    Set<String> missing = topics(all, brokers);
    boolean readable = registry(all);
    groups(all);
    if (readable) {
      definitions(all, missing);
    } else {
      all.add(
          Examination.note(
              "agents and tools", "can't be read without the registry", "fix that first"));
    }
    audit(all);
    return all;
  }

  private Set<String> topics(List<Examination> all, int brokers)
      throws ExecutionException, InterruptedException {
    Set<String> present = admin.listTopics().names().get();
    Set<String> missing =
        topics.all(pools).stream()
            .map(Topic::name)
            .filter(name -> !present.contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!missing.isEmpty()) {
      all.add(
          Examination.ill(
              "topics", "missing: " + String.join(", ", missing), "weir topics create"));
    }
    List<String> there =
        topics.all(pools).stream().map(Topic::name).filter(present::contains).toList();
    List<String> objections = bootstrap.objections(admin, there);
    objections.forEach(objection -> all.add(Examination.ill("topics", objection, "see there")));
    if (missing.isEmpty() && objections.isEmpty()) {
      all.add(Examination.well("topics", "all %d are there".formatted(there.size())));
    }
    Collection<TopicDescription> described =
        admin.describeTopics(there).allTopicNames().get().values();
    int fewest =
        described.stream()
            .flatMap(topic -> topic.partitions().stream())
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    if (fewest == 1 && brokers > 1) {
      all.add(
          Examination.note(
              "copies",
              "some partitions have one copy only: a lost broker loses records",
              "raise the replication factor with kafka-reassign-partitions.sh"));
    } else if (fewest == 1) {
      all.add(
          Examination.note(
              "copies",
              "one copy of each record: right for one machine only",
              "use three brokers and weir topics create --replication 3 in production"));
    }
    return missing;
  }

  /** Whether records can be read at all. */
  private boolean registry(List<Examination> all) {
    try {
      List<Compared> compared = bootstrap.compare(cluster.registry());
      List<String> absent = subjects(compared, Compared.State.MISSING);
      List<String> incompatible = subjects(compared, Compared.State.INCOMPATIBLE);
      if (!absent.isEmpty()) {
        all.add(
            Examination.ill(
                "schemas",
                "not registered: " + String.join(", ", absent),
                "weir schemas register"));
      }
      if (!incompatible.isEmpty()) {
        all.add(
            Examination.ill(
                "schemas",
                "this version can't follow what is registered: " + String.join(", ", incompatible),
                "weir schemas check says why; use the version of weir that fits"));
      }
      if (absent.isEmpty() && incompatible.isEmpty()) {
        all.add(Examination.well("schemas", "all %d subjects fit".formatted(compared.size())));
      }
      return true;
    } catch (RegistryUnavailableException e) {
      all.add(
          Examination.ill(
              "schema registry",
              String.valueOf(e.getMessage()),
              "start it, or name another with --registry"));
      return false;
    }
  }

  private static List<String> subjects(List<Compared> compared, Compared.State state) {
    return compared.stream().filter(one -> one.state() == state).map(Compared::subject).toList();
  }

  private void groups(List<Examination> all) throws ExecutionException, InterruptedException {
    Map<String, GroupState> states =
        admin.listGroups().all().get().stream()
            .collect(
                Collectors.toMap(
                    group -> group.groupId(),
                    group -> group.groupState().orElse(GroupState.UNKNOWN)));
    running(all, "planner", states.get(topics.plannerApplication()), "planner");
    running(all, "audit sink", states.get(topics.auditGroup()), "audit sink");
    for (String pool : pools) {
      running(
          all,
          "executors of pool " + pool,
          states.get(topics.executorGroup(pool)),
          "tool executor of pool " + pool);
    }
  }

  private static void running(
      List<Examination> all,
      String subject,
      @org.jspecify.annotations.Nullable GroupState state,
      String service) {
    if (state == GroupState.STABLE) {
      all.add(Examination.well(subject, "running"));
    } else if (state == null || state == GroupState.EMPTY || state == GroupState.DEAD) {
      all.add(Examination.ill(subject, "none runs", "start a " + service));
    } else {
      all.add(
          Examination.note(
              subject,
              "its group is " + state.toString().toLowerCase(java.util.Locale.ROOT),
              "wait: members are joining or leaving"));
    }
  }

  private void definitions(List<Examination> all, Set<String> missing) {
    TopicScan scan = new TopicScan(cluster);
    Map<String, AgentDefinition> agents =
        missing.contains(topics.definitions().name())
            ? Map.of()
            : Definitions.newest(scan, cluster);
    Map<String, ToolDefinition> tools =
        missing.contains(topics.tools().name()) ? Map.of() : scan.newest(topics.tools());
    if (agents.isEmpty()) {
      all.add(Examination.ill("agents", "no agent is defined", "weir agents apply <file.yaml>"));
    }
    for (AgentDefinition agent : agents.values()) {
      List<String> unknown =
          agent.getTools() == null
              ? List.of()
              : agent.getTools().stream().filter(tool -> !tools.containsKey(tool)).toList();
      all.add(
          unknown.isEmpty()
              ? Examination.well("agent " + agent.getName(), "version " + agent.getVersion())
              : Examination.note(
                  "agent " + agent.getName(),
                  "names tools nobody offers: " + String.join(", ", unknown),
                  "start an executor that has them, or take them out of the agent"));
    }
    if (tools.isEmpty()) {
      all.add(
          Examination.note("tools", "no executor has published a tool", "start a tool executor"));
    } else {
      all.add(Examination.well("tools", String.join(", ", tools.keySet())));
    }
    tools.values().stream()
        .map(ToolDefinition::getPool)
        .distinct()
        .filter(pool -> !pools.contains(pool))
        .forEach(
            pool ->
                all.add(
                    Examination.ill(
                        "pool " + pool,
                        "a tool runs in it, but it is not among " + ClusterAddress.POOLS.key(),
                        "add it to "
                            + ClusterAddress.POOLS.key()
                            + " and run weir topics create")));
  }

  private void audit(List<Examination> all) throws InterruptedException {
    Optional<URI> url = cluster.address().auditUrl();
    if (url.isEmpty()) {
      all.add(
          Examination.note(
              "audit API",
              "no address known",
              "name it with --api or cli.audit-url for sessions, cost and audit commands"));
      return;
    }
    Optional<Secret> token = cluster.address().auditToken();
    if (token.isEmpty()) {
      all.add(
          Examination.note(
              "audit API",
              "no token for " + url.get(),
              "make one with weir tokens create and set cli.audit-token"));
      return;
    }
    try {
      JsonNode me = new AuditApi(url.get(), token.get()).get("/me", Map.of());
      all.add(
          Examination.well(
              "audit API",
              "answers %s at %s".formatted(me.path("name").asString("us"), url.get())));
    } catch (Trouble e) {
      all.add(
          Examination.ill(
              "audit API", e.sentence(), "start the audit sink, or correct cli.audit-url"));
    }
  }

  private static Examination of(String subject, Optional<Finding> finding, String well) {
    return finding
        .map(found -> Examination.ill(subject, found.what(), found.fix()))
        .orElseGet(() -> Examination.well(subject, well));
  }
}
