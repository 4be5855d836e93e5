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
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * The settings a share group must have before its first member joins. Kafka's defaults are {@code
 * latest}, with which a new group never sees calls made before it joined, and {@code
 * read_uncommitted}, with which it runs calls of transactions that were aborted.
 */
public final class ShareGroups {

  private static final Map<String, String> REQUIRED =
      new TreeMap<>(
          Map.of("share.auto.offset.reset", "earliest", "share.isolation.level", "read_committed"));

  private static final String MOST_LOCKS = "share.partition.max.record.locks";

  /**
   * How many calls of a partition may be given out past one that still runs, the most first: what
   * Kafka's brokers can be set to allow, and what they allow if they are not. Kafka's default of
   * 2,000 lets a call of minutes hold up a busy partition.
   */
  private static final List<Integer> LOCKS_WISHED = List.of(10_000, 4_000);

  private ShareGroups() {}

  /**
   * Gives a group its settings, and room for long calls as far as the brokers allow it; harmless
   * where it has them.
   *
   * @throws ExecutionException as Kafka's admin client does, for instance without the right to
   *     ALTER_CONFIGS on the group
   */
  public static void prepare(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    set(admin, group, REQUIRED);
    for (int locks : LOCKS_WISHED) {
      if (accepted(admin, group, Map.of(MOST_LOCKS, Integer.toString(locks)))) {
        return;
      }
    }
  }

  private static boolean accepted(Admin admin, String group, Map<String, String> wish)
      throws ExecutionException, InterruptedException {
    try {
      set(admin, group, wish);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidConfigurationException
          || e.getCause() instanceof InvalidRequestException) {
        return false;
      }
      throw e;
    }
  }

  private static void set(Admin admin, String group, Map<String, String> settings)
      throws ExecutionException, InterruptedException {
    List<AlterConfigOp> changes =
        settings.entrySet().stream()
            .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    admin.incrementalAlterConfigs(Map.of(resource(group), changes)).all().get();
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
