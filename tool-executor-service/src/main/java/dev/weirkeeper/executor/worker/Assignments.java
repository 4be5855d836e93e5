package dev.weirkeeper.executor.worker;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions each member of a share group reads. A share consumer does not tell its own, so
 * the broker is asked; what is told may be a moment old. Needs no more rights than reading in the
 * group does. Thread-safe.
 */
final class Assignments {

  private static final Logger LOG = LoggerFactory.getLogger(Assignments.class);

  private final Admin admin;
  private final String group;
  private volatile boolean asking;
  private volatile @Nullable Map<String, Set<Integer>> told;

  Assignments(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
  }

  /** Partitions by the client id of the member, as last told; nothing if they are not known. */
  Optional<Map<String, Set<Integer>>> byMember() {
    return Optional.ofNullable(told);
  }

  /** Asks, unless an answer is still out. Does not wait. */
  void ask() {
    if (asking) {
      return;
    }
    asking = true;
    var _ =
        admin
            .describeShareGroups(Set.of(group))
            .all()
            .whenComplete(
                (groups, failure) -> {
                  if (failure == null) {
                    told = partitions(groups.get(group));
                  } else {
                    LOG.debug("the members of share group {} are not known", group, failure);
                    told = null;
                  }
                  asking = false;
                });
  }

  private static @Nullable Map<String, Set<Integer>> partitions(
      @Nullable ShareGroupDescription description) {
    return description == null
        ? null
        : description.members().stream()
            .collect(
                Collectors.toMap(
                    member -> member.clientId(),
                    member ->
                        member.assignment().topicPartitions().stream()
                            .map(TopicPartition::partition)
                            .collect(Collectors.toSet()),
                    (one, other) -> one));
  }
}
