package dev.weirkeeper.system.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where processor time goes, from samples of Java's Flight Recorder: by part of the stack, and in
 * each part by what the code on the stack is for. Costs a few percent while it runs.
 */
final class CpuProfile {

  private static final String SAMPLE = "jdk.CPUTimeSample";
  private static final String EVERY = "5ms";
  private static final int METHODS = 40;
  private static final int DEPTH = 96;

  private record Purpose(String name, List<String> packages) {}

  /** The first purpose whose package is met from the top of the stack down is the sample's. */
  private static final List<Purpose> PURPOSES =
      List.of(
          new Purpose("hashes", List.of("sun.security.provider", "java.security.")),
          new Purpose("Avro", List.of("org.apache.avro.", "dev.weirkeeper.schemas.serde.")),
          new Purpose("JSON", List.of("tools.jackson.", "com.fasterxml.jackson.")),
          new Purpose("RocksDB", List.of("org.rocksdb.")),
          new Purpose("PostgreSQL client", List.of("org.postgresql.", "com.zaxxer.")),
          new Purpose("HTTP client", List.of("okhttp3.", "okio.")),
          new Purpose("records' checksums and batches", List.of("org.apache.kafka.common.record.")),
          new Purpose("Kafka producer", List.of("org.apache.kafka.clients.producer.")),
          new Purpose("Kafka consumer", List.of("org.apache.kafka.clients.consumer.")),
          new Purpose("Kafka Streams", List.of("org.apache.kafka.streams.")),
          new Purpose(
              "Kafka network and protocol",
              List.of("org.apache.kafka.common.", "org.apache.kafka.clients.")),
          new Purpose("broker", List.of("kafka.", "org.apache.kafka.")),
          new Purpose("decisions", List.of("dev.weirkeeper.planner.session.")),
          new Purpose("planner's shell", List.of("dev.weirkeeper.planner.")),
          new Purpose("executor", List.of("dev.weirkeeper.executor.")),
          new Purpose("audit sink", List.of("dev.weirkeeper.audit.")),
          new Purpose("benchmark", List.of("dev.weirkeeper.system.bench.")));

  private final Recording recording;

  private CpuProfile(Recording recording) {
    this.recording = recording;
  }

  static CpuProfile start() {
    Recording recording = new Recording();
    recording.enable(SAMPLE).with("throttle", EVERY).withStackTrace();
    recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10)).withStackTrace();
    recording.start();
    return new CpuProfile(recording);
  }

  /**
   * Shares of all samples, by part and purpose, and the methods met most at the top.
   *
   * @param keep where the recording is kept
   */
  Map<String, Object> stop(Optional<Path> keep) throws IOException {
    recording.stop();
    Path file = keep.isPresent() ? keep.get() : Files.createTempFile("weir-bench", ".jfr");
    try {
      recording.dump(file);
      recording.close();
      return read(file);
    } finally {
      if (keep.isEmpty()) {
        Files.delete(file);
      }
    }
  }

  private static Map<String, Object> read(Path file) throws IOException {
    List<RecordedEvent> samples =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getStackTrace() != null)
            .toList();
    boolean byCpu =
        samples.stream().anyMatch(event -> event.getEventType().getName().equals(SAMPLE));
    Map<String, Map<String, Integer>> counts = new TreeMap<>();
    Map<String, Integer> methods = new TreeMap<>();
    int all = 0;
    for (RecordedEvent sample : samples) {
      if (byCpu != sample.getEventType().getName().equals(SAMPLE)) {
        continue;
      }
      all++;
      List<RecordedFrame> frames = sample.getStackTrace().getFrames();
      RecordedThread thread =
          byCpu ? sample.getThread("eventThread") : sample.getThread("sampledThread");
      String name = thread == null || thread.getJavaName() == null ? "" : thread.getJavaName();
      String part =
          thread != null && thread.isVirtual() ? "calls (virtual threads)" : ThreadGroups.of(name);
      counts.computeIfAbsent(part, _ -> new TreeMap<>()).merge(purpose(frames), 1, Integer::sum);
      if (!frames.isEmpty()) {
        methods.merge(name(frames.getFirst()), 1, Integer::sum);
      }
    }
    int total = Math.max(1, all);
    Map<String, Object> profile = new LinkedHashMap<>();
    profile.put("samples", all);
    counts.forEach((part, purposes) -> profile.put(part, shares(purposes, total, DEPTH)));
    profile.put("methods", shares(methods, total, METHODS));
    return profile;
  }

  private static Map<String, Double> shares(Map<String, Integer> counts, int total, int most) {
    Map<String, Double> shares = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(most)
        .forEach(
            one -> shares.put(one.getKey(), BenchReport.rounded((double) one.getValue() / total)));
    return shares;
  }

  private static String purpose(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      for (Purpose purpose : PURPOSES) {
        if (purpose.packages().stream().anyMatch(type::startsWith)) {
          return purpose.name();
        }
      }
    }
    return "Java itself";
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
  }
}
