package dev.weirkeeper.system.bench;

import java.util.List;
import java.util.regex.Pattern;

/** Which part of the stack a thread of this process works for, told by its name. */
final class ThreadGroups {

  private record Group(String name, Pattern threads) {
    static Group of(String name, String pattern) {
      return new Group(name, Pattern.compile(pattern));
    }
  }

  private static final List<Group> GROUPS =
      List.of(
          Group.of("driver", "(main|.*bench-driver.*)"),
          Group.of("calls (virtual threads)", "(ForkJoinPool-1-worker-\\d+|VirtualThread-.*)?"),
          Group.of("planner", ".*(StreamThread|StateUpdater|model-replies|planner-\\d).*"),
          Group.of("executor", "(lane-|cancellations|.*executor).*"),
          Group.of("audit sink", ".*audit.*"),
          Group.of("registry", "(schema-|registry).*"),
          Group.of(
              "broker",
              "(data-plane|kafka-\\d|raft-|quorum-|broker-|controller-|transaction-|txn-|group-"
                  + "|share-|Expiration|ExpirationReaper|TxnMarker|log-|metadata-|event-|executor-"
                  + "|.*-event-handler|.*MetadataLoader|ThrottledChannelReaper|kafka-scheduler|.*"
                  + "(event-processor|Reaper|InterBroker|SenderThread|kafka-log-cleaner)).*"));

  private ThreadGroups() {}

  /** The group of a thread. */
  static String of(String thread) {
    return GROUPS.stream()
        .filter(group -> group.threads().matcher(thread).matches())
        .map(Group::name)
        .findFirst()
        .orElse("other");
  }
}
