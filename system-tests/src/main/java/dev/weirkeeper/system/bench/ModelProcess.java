package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.rehearsal.BenchModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model server in a process of its own, or one that somebody else has started. */
final class ModelProcess implements AutoCloseable {

  private static final Duration STOP = Duration.ofSeconds(5);

  private final URI url;
  private final Optional<Process> own;
  private final OkHttpClient http = new OkHttpClient();

  private ModelProcess(URI url, Optional<Process> own) {
    this.url = url;
    this.own = own;
  }

  /** The one that a plan names, or one that is started for its workload. */
  static ModelProcess of(BenchPlan plan) throws IOException {
    return plan.modelUrl().isPresent()
        ? new ModelProcess(plan.modelUrl().get(), Optional.empty())
        : start(plan.workload());
  }

  private static ModelProcess start(Workload workload) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ModelProcess.class.getName(),
                Integer.toString(workload.calls()),
                Integer.toString(workload.payload()),
                Long.toString(workload.modelLatency().toMillis()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String url = out.readLine();
    if (url == null) {
      process.destroyForcibly();
      throw new IOException("the model server ended before it listened");
    }
    return new ModelProcess(URI.create(url), Optional.of(process));
  }

  /** The base URL for the Anthropic format. */
  URI url() {
    return url;
  }

  /** Its process, if it was started here: then its processor time is known. */
  Optional<ProcessHandle> own() {
    return own.map(Process::toHandle);
  }

  /** What it has counted. */
  Count count() throws IOException {
    Request request = new Request.Builder().url(url.resolve("/rehearsal/usage").toString()).build();
    try (Response response = http.newCall(request).execute()) {
      if (!response.isSuccessful()) {
        throw new IOException(
            "the model server at %s does not count its calls: GET /rehearsal/usage answers %d"
                .formatted(url, response.code()));
      }
      JsonNode json = JsonMapper.shared().readTree(response.body().string());
      JsonNode usage = json.path("usage");
      return new Count(
          json.path("answered").longValue(),
          usage.path("uncached_input").longValue()
              + usage.path("cache_write_5m").longValue()
              + usage.path("cache_write_1h").longValue()
              + usage.path("cache_read").longValue(),
          usage.path("output").longValue());
    }
  }

  /** Calls answered, and what they used. */
  record Count(long calls, long input, long output) {

    Count since(Count earlier) {
      return new Count(calls - earlier.calls, input - earlier.input, output - earlier.output);
    }
  }

  @Override
  public void close() throws IOException {
    http.connectionPool().evictAll();
    if (own.isPresent()) {
      stop(own.get());
    }
  }

  private static void stop(Process process) throws IOException {
    process.getOutputStream().close();
    try {
      if (process.waitFor(STOP)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }

  /**
   * The process: says where it listens and runs until its standard input ends, so that it never
   * outlives who started it.
   */
  public static void main(String[] arguments) throws IOException {
    BenchModel.Settings settings =
        new BenchModel.Settings(
            0,
            Integer.parseInt(arguments[0]),
            EchoTool.NAME,
            EchoTool.ARGUMENT,
            Integer.parseInt(arguments[1]),
            Duration.ofMillis(Long.parseLong(arguments[2])));
    try (BenchModel model = BenchModel.start(settings)) {
      System.out.println(model.baseUrl());
      System.out.flush();
      while (System.in.read() >= 0) {
        // Nothing is said to it.
      }
    }
  }
}
