package dev.weirkeeper.system.bench;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** Requests that the broker of this process has answered, by their kind. */
final class BrokerRequests {

  private static final ObjectName METERS = name();

  /** Kafka counts a fetch as such and by who made it. */
  private static final Set<String> PARTS = Set.of("FetchConsumer", "FetchFollower");

  private BrokerRequests() {}

  private static ObjectName name() {
    try {
      return new ObjectName("kafka.network:type=RequestMetrics,name=RequestsPerSec,*");
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All since the broker was started. */
  static Map<String, Long> byKind() {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    Map<String, Long> counts = new TreeMap<>();
    for (ObjectName meter : beans.queryNames(METERS, null)) {
      String kind = meter.getKeyProperty("request");
      if (PARTS.contains(kind)) {
        continue;
      }
      try {
        counts.merge(kind, (Long) beans.getAttribute(meter, "Count"), Long::sum);
      } catch (JMException e) {
        throw new IllegalStateException("the broker does not tell " + meter, e);
      }
    }
    return counts;
  }

  /**
   * Growth between two readings, for each of so many sessions; kinds that hardly occur left out.
   */
  static Map<String, Double> perSession(
      Map<String, Long> before, Map<String, Long> after, int sessions) {
    Map<String, Double> grown = new TreeMap<>();
    after.forEach(
        (kind, count) -> {
          double more =
              BenchReport.rounded((double) (count - before.getOrDefault(kind, 0L)) / sessions);
          if (more >= 0.01) {
            grown.put(kind, more);
          }
        });
    return grown;
  }
}
