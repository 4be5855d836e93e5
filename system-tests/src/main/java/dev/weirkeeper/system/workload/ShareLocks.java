package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** How long a member of the executors' share group may hold a call without renewing its lock. */
final class ShareLocks {

  private ShareLocks() {}

  /** Sets it for the default pool. */
  static void shorten(Cluster cluster, Duration lock) throws InterruptedException {
    ConfigResource group =
        new ConfigResource(
            ConfigResource.Type.GROUP, cluster.topics().executorGroup(Topics.DEFAULT_POOL));
    ConfigEntry entry =
        new ConfigEntry("share.record.lock.duration.ms", Long.toString(lock.toMillis()));
    try {
      cluster
          .admin()
          .incrementalAlterConfigs(
              Map.of(group, List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the lock duration could not be set", e);
    }
  }
}
