package dev.weirkeeper.schemas.topic;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic of the catalogue: what is in it and how it is kept.
 *
 * @param name full name, prefix included
 * @param value the record class of its values; raw bytes for dead letters, marked by absence
 * @param key what a record's key is, a UTF-8 string
 * @param retention how long records are kept by default; absent for compacted topics
 * @param writer the single writer by role, for people and for access rights
 * @param <T> the value
 */
public record Topic<T extends SpecificRecord>(
    String name, Optional<Class<T>> value, Key key, Optional<Duration> retention, String writer) {

  /** What the key of a record is. It decides the partition and so what is ordered. */
  public enum Key {
    /** Session id: the topic is co-partitioned with all others of this kind. */
    SESSION,
    /** Name of an agent, a tool or a tenant, or a digest. */
    NAME,
    /** Tenant name. */
    TENANT,
    /** Whatever the original record had. */
    ORIGINAL
  }

  /** True if only the newest record of each key is kept. */
  public boolean compacted() {
    return retention.isEmpty();
  }

  /**
   * How the topic is created where it does not exist.
   *
   * @param sessionPartitions partitions of every session-keyed topic: these are co-partitioned, so
   *     the number is the same for all of them and is never changed while sessions are open
   * @param replication copies of each partition
   */
  public NewTopic newTopic(int sessionPartitions, short replication) {
    int partitions = key == Key.SESSION || key == Key.TENANT ? sessionPartitions : 1;
    Map<String, String> config =
        retention
            .map(
                time ->
                    Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(time.toMillis())))
            .orElse(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    return new NewTopic(name, partitions, replication).configs(config);
  }
}
