package dev.weirkeeper.operations.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The settings a share group must have before its first member joins. Kafka's defaults are {@code
 * latest}, with which a new group never sees calls made before it joined, and {@code
 * read_uncommitted}, with which it runs calls of transactions that were aborted.
 */
public final class ShareGroups {

  private static final Map<String, String> REQUIRED =
      new TreeMap<>(
          Map.of("share.auto.offset.reset", "earliest", "share.isolation.level", "read_committed"));

  private ShareGroups() {}

  /**
   * Gives a group its settings; harmless where it has them.
   *
   * @throws ExecutionException as Kafka's admin client does, for instance without the right to
   *     ALTER_CONFIGS on the group
   */
  public static void prepare(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    admin
        .incrementalAlterConfigs(
            Map.of(
                resource(group),
                REQUIRED.entrySet().stream()
                    .map(
                        entry ->
                            new AlterConfigOp(
                                new ConfigEntry(entry.getKey(), entry.getValue()),
                                AlterConfigOp.OpType.SET))
                    .toList()))
        .all()
        .get();
  }

  /** The settings of a group that do not fit, each with what they are. */
  static List<String> unfit(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    Config config =
        admin.describeConfigs(List.of(resource(group))).all().get().get(resource(group));
    List<String> unfit = new ArrayList<>();
    REQUIRED.forEach(
        (key, required) -> {
          ConfigEntry entry = config == null ? null : config.get(key);
          String value = entry == null ? "not set" : String.valueOf(entry.value());
          if (!value.equals(required)) {
            unfit.add(key + " is " + value + ", must be " + required);
          }
        });
    return unfit;
  }

  static String command(String bootstrapServers, String group) {
    return "kafka-configs.sh --bootstrap-server %s --alter --group %s --add-config %s"
        .formatted(bootstrapServers, group, required());
  }

  /** The settings as {@code kafka-configs.sh --add-config} takes them. */
  public static String required() {
    return REQUIRED.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }

  private static ConfigResource resource(String group) {
    return new ConfigResource(ConfigResource.Type.GROUP, group);
  }
}
