package dev.weirkeeper.system.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Processor time used so far, by what used it: the parts of this process by their threads, other
 * processes whole.
 *
 * <p>Virtual threads run on carriers that planner and executors share, so model calls and tool
 * calls are one group. What threads that have ended used, and the JVM's own threads (compiler,
 * garbage collector), is what this process used beyond the sum of its threads.
 */
final class CpuMeter {

  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<String, Supplier<Duration>> processes = new TreeMap<>();

  /** Counts processes and all they have started as one. */
  CpuMeter with(String name, List<ProcessHandle> handles) {
    processes.put(
        name, () -> handles.stream().map(CpuMeter::used).reduce(Duration.ZERO, Duration::plus));
    return this;
  }

  /** Counts the server on a PostgreSQL data directory. */
  CpuMeter withPostgres(Path home) {
    Path pidFile = home.resolve("cluster").resolve("postmaster.pid");
    try (Stream<String> lines = Files.lines(pidFile)) {
      String pid = lines.findFirst().orElseThrow().strip();
      return with("postgresql", List.of(ProcessHandle.of(Long.parseLong(pid)).orElseThrow()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nanoseconds used until now, by name. */
  Map<String, Long> read() {
    Map<String, Long> used = new TreeMap<>();
    long threads = 0;
    for (long id : THREADS.getAllThreadIds()) {
      ThreadInfo thread = THREADS.getThreadInfo(id);
      long nanos = THREADS.getThreadCpuTime(id);
      if (thread != null && nanos > 0) {
        used.merge(ThreadGroups.of(thread.getThreadName()), nanos, Long::sum);
        threads += nanos;
      }
    }
    used.put("jvm", SYSTEM.getProcessCpuTime() - threads);
    processes.forEach((name, process) -> used.merge(name, process.get().toNanos(), Long::sum));
    return used;
  }

  /** Seconds used between two readings, by name; what used less than a millisecond is left out. */
  static Map<String, Double> seconds(Map<String, Long> before, Map<String, Long> after) {
    Map<String, Double> seconds = new TreeMap<>();
    after.forEach(
        (name, nanos) -> {
          long used = nanos - before.getOrDefault(name, 0L);
          if (used >= 1_000_000) {
            seconds.put(name, BenchReport.rounded(used / 1e9));
          }
        });
    return seconds;
  }

  private static Duration used(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .map(one -> one.info().totalCpuDuration())
        .flatMap(Optional::stream)
        .reduce(Duration.ZERO, Duration::plus);
  }
}
