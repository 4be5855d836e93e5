package dev.weirkeeper.system.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;

/** Bytes of every topic in the broker's log, the services' own topics included. */
final class LogSize {

  private LogSize() {}

  static Map<String, Long> byTopic(Admin admin) throws InterruptedException {
    try {
      List<Integer> nodes = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
      Map<String, Long> sizes = new TreeMap<>();
      admin
          .describeLogDirs(nodes)
          .allDescriptions()
          .get()
          .values()
          .forEach(
              directories ->
                  directories
                      .values()
                      .forEach(
                          directory ->
                              directory
                                  .replicaInfos()
                                  .forEach(
                                      (partition, replica) ->
                                          sizes.merge(
                                              partition.topic(), replica.size(), Long::sum))));
      return sizes;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker does not tell the size of its log", e);
    }
  }

  /** Growth between two readings, for each of so many sessions. */
  static Map<String, Long> perSession(
      Map<String, Long> before, Map<String, Long> after, int sessions) {
    Map<String, Long> grown = new TreeMap<>();
    after.forEach(
        (topic, size) -> {
          long more = (size - before.getOrDefault(topic, 0L)) / sessions;
          if (more > 0) {
            grown.put(topic, more);
          }
        });
    return grown;
  }
}
