package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.executor.worker.MemberName;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Looks at tool pools: who serves them, and how many calls wait. */
public final class PoolScan {

  private final Cluster cluster;

  /** Looks at the pools of a cluster. */
  public PoolScan(Cluster cluster) {
    this.cluster = cluster;
  }

  /** How the calls of a pool are taken. */
  public enum Group {
    SHARE,
    CONSUMER,
    /** Nobody has ever taken one. */
    NONE
  }

  /**
   * A pool as it is now.
   *
   * @param partitions of its topic; 0 if there is no topic
   * @param group that takes its calls
   * @param executors the executors in it that live, by name
   * @param members of the group: an executor may be several in a share group
   * @param waiting calls not acknowledged yet, those that run included; absent if it is not known
   */
  public record PoolState(
      String pool,
      int partitions,
      Group group,
      List<String> executors,
      int members,
      Optional<Long> waiting) {}

  /**
   * Looks at these pools.
   *
   * @throws ExecutionException as Kafka's admin client does
   */
  public List<PoolState> look(Collection<String> pools)
      throws ExecutionException, InterruptedException {
    Set<String> topics = cluster.admin().listTopics().names().get();
    Map<String, GroupType> groups = new HashMap<>();
    for (GroupListing listing : cluster.admin().listGroups().all().get()) {
      groups.put(listing.groupId(), listing.type().orElse(GroupType.CLASSIC));
    }
    List<PoolState> states = new java.util.ArrayList<>();
    for (String pool : new TreeSet<>(pools)) {
      states.add(look(pool, topics, groups));
    }
    return states;
  }

  private PoolState look(String pool, Set<String> topics, Map<String, GroupType> groups)
      throws ExecutionException, InterruptedException {
    Admin admin = cluster.admin();
    String topic = cluster.topics().toolCalls(pool).name();
    if (!topics.contains(topic)) {
      return new PoolState(pool, 0, Group.NONE, List.of(), 0, Optional.of(0L));
    }
    int count =
        described(admin.describeTopics(List.of(topic)).topicNameValues(), topic)
            .partitions()
            .size();
    List<TopicPartition> partitions =
        IntStream.range(0, count).mapToObj(number -> new TopicPartition(topic, number)).toList();
    String group = cluster.topics().executorGroup(pool);
    GroupType type = groups.get(group);
    if (type == null) {
      return new PoolState(
          pool, count, Group.NONE, List.of(), 0, Optional.of(written(partitions, Map.of())));
    }
    if (type == GroupType.SHARE) {
      Collection<ShareMemberDescription> members =
          described(admin.describeShareGroups(List.of(group)).describedGroups(), group).members();
      return new PoolState(
          pool,
          count,
          Group.SHARE,
          executors(members, ShareMemberDescription::clientId),
          members.size(),
          shareLag(group, partitions));
    }
    Collection<MemberDescription> members =
        described(admin.describeConsumerGroups(List.of(group)).describedGroups(), group).members();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get();
    return new PoolState(
        pool,
        count,
        Group.CONSUMER,
        executors(members, MemberDescription::clientId),
        members.size(),
        Optional.of(written(partitions, committed)));
  }

  private static <D> D described(Map<String, KafkaFuture<D>> answers, String name)
      throws ExecutionException, InterruptedException {
    return Objects.requireNonNull(answers.get(name), name).get();
  }

  private static <M> List<String> executors(Collection<M> members, Function<M, String> clientId) {
    return members.stream().map(clientId).map(MemberName::executor).distinct().sorted().toList();
  }

  private Optional<Long> shareLag(String group, List<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    var offsets =
        cluster
            .admin()
            .listShareGroupOffsets(
                Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(partitions)))
            .partitionsToOffsetInfo(group)
            .get();
    long sum = 0;
    for (TopicPartition partition : partitions) {
      var info = offsets.get(partition);
      if (info == null) {
        continue; // no call has been taken from it yet
      }
      if (info.lag().isEmpty()) {
        return Optional.empty();
      }
      sum += info.lag().get();
    }
    return Optional.of(sum);
  }

  /** Records beyond the committed offsets: with transactions a few of them are only markers. */
  private long written(
      List<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed)
      throws ExecutionException, InterruptedException {
    var ends = offsets(partitions, OffsetSpec.latest());
    var starts = offsets(partitions, OffsetSpec.earliest());
    long sum = 0;
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata done = committed.get(partition);
      long start = starts.getOrDefault(partition, 0L);
      long from = done == null ? start : Math.max(start, done.offset());
      sum += Math.max(0, ends.getOrDefault(partition, 0L) - from);
    }
    return sum;
  }

  private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    return cluster
        .admin()
        .listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> spec)))
        .all()
        .get()
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }
}
