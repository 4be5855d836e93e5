package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.schemas.topic.AgentKeys;
import dev.weirkeeper.wire.AgentDefinition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Agent definitions on their topic: each version under a key of its own, the newest by name. */
public final class Definitions {

  private Definitions() {}

  /** Publishes agents, in their order. */
  public static void publish(Cluster cluster, List<AgentDefinition> agents)
      throws InterruptedException {
    cluster.write(
        cluster.topics().definitions(),
        agents.stream()
            .flatMap(
                agent -> AgentKeys.of(agent).stream().map(key -> new Cluster.Keyed<>(key, agent)))
            .toList());
  }

  /** The newest version of every agent, by name. */
  public static Map<String, AgentDefinition> newest(TopicScan scan, Cluster cluster) {
    Map<String, AgentDefinition> agents =
        new TreeMap<>(scan.newest(cluster.topics().definitions()));
    agents.keySet().removeIf(AgentKeys::namesVersion);
    return agents;
  }
}
