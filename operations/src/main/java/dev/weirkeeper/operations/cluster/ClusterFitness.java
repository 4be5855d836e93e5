package dev.weirkeeper.operations.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;

/**
 * Checks a cluster for what Weirkeeper needs of it. Reads only: feature levels are told to anybody,
 * the settings of a share group to who may DESCRIBE_CONFIGS on it.
 */
public final class ClusterFitness {

  private final Admin admin;
  private final String bootstrapServers;

  /**
   * Checks through a client that stays the caller's to close.
   *
   * @param bootstrapServers how the cluster was reached, for the commands in the fixes
   */
  public ClusterFitness(Admin admin, String bootstrapServers) {
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Whether transactions survive a producer that dies in the middle of one without writing into the
   * next (KIP-890): exactly-once needs {@code transaction.version} 2.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  public Optional<Finding> transactions() throws ExecutionException, InterruptedException {
    return feature("transaction.version", 2, "exactly-once processing is not safe without it");
  }

  /**
   * Whether share groups are switched on (KIP-932), Kafka 4.2 or newer.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  public Optional<Finding> shareGroups() throws ExecutionException, InterruptedException {
    return feature("share.version", 1, "tool executors take their calls through share groups");
  }

  /**
   * Whether a share group has the settings it needs before a member joins.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  public Optional<Finding> shareGroup(String group)
      throws ExecutionException, InterruptedException {
    List<String> unfit = ShareGroups.unfit(admin, group);
    return unfit.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "share group %s would lose or repeat calls: %s"
                    .formatted(group, String.join(", ", unfit)),
                ShareGroups.command(bootstrapServers, group)));
  }

  /**
   * Refuses a cluster on which the records of a transaction that was aborted could be taken for
   * committed, or a lost one could hold up every reader: what planners, executors and sinks all
   * stand on. Needs no rights.
   *
   * @throws UnfitClusterException with the finding
   * @throws ExecutionException as Kafka's admin client does
   */
  public void requireTransactions() throws ExecutionException, InterruptedException {
    require(transactions().stream().toList());
  }

  /**
   * Refuses a cluster that executors of these share groups can't keep their promises on, for its
   * transactions or for its share groups.
   *
   * @throws UnfitClusterException with every finding
   * @throws ExecutionException as Kafka's admin client does
   */
  public void requireShareGroups(Collection<String> groups)
      throws ExecutionException, InterruptedException {
    Optional<Finding> switchedOff = shareGroups();
    List<Finding> findings = new ArrayList<>(transactions().stream().toList());
    findings.addAll(switchedOff.stream().toList());
    if (switchedOff.isEmpty()) {
      for (String group : groups) {
        shareGroup(group).ifPresent(findings::add);
      }
    }
    require(findings);
  }

  private static void require(List<Finding> findings) {
    if (!findings.isEmpty()) {
      throw new UnfitClusterException(findings);
    }
  }

  private Optional<Finding> feature(String name, int least, String why)
      throws ExecutionException, InterruptedException {
    FinalizedVersionRange level =
        admin.describeFeatures().featureMetadata().get().finalizedFeatures().get(name);
    int have = level == null ? 0 : level.maxVersionLevel();
    return have >= least
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "the cluster runs with %s=%d, needed is %d: %s".formatted(name, have, least, why),
                "kafka-features.sh --bootstrap-server %s upgrade --feature %s=%d"
                    .formatted(bootstrapServers, name, least)));
  }
}
