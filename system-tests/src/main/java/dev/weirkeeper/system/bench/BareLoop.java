package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.system.bench.BenchReport.Latency;
import dev.weirkeeper.system.bench.BenchReport.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The workload as a loop in Java: virtual threads, an HTTP client, nothing kept anywhere. */
final class BareLoop implements AutoCloseable {

  private static final MediaType JSON_TYPE = MediaType.get("application/json");
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Workload workload;
  private final String url;
  private final OkHttpClient http;

  BareLoop(Workload workload, URI model) {
    this.workload = workload;
    this.url = model.resolve("/v1/messages").toString();
    this.http =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(workload.concurrency(), 1, TimeUnit.MINUTES))
            .build();
  }

  /** Runs warm-up and sessions at the workload's concurrency. */
  static Loop measure(Workload workload, URI model) throws InterruptedException {
    try (BareLoop loop = new BareLoop(workload, model)) {
      loop.run(workload.warmUp());
      return loop.measured(() -> loop.run(workload.sessions()));
    }
  }

  /** Runs the workload's sessions, each so many nanoseconds long. */
  interface Sessions {
    long[] run() throws InterruptedException;
  }

  /** What sessions took, and the processor time of this process meanwhile. */
  Loop measured(Sessions sessions) throws InterruptedException {
    CpuMeter cpu = new CpuMeter();
    long before = cpu.read().values().stream().mapToLong(Long::longValue).sum();
    long start = System.nanoTime();
    long[] took = sessions.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    long used = cpu.read().values().stream().mapToLong(Long::longValue).sum() - before;
    return new Loop(
        BenchReport.rounded((double) workload.sessions() * workload.steps() / seconds),
        Latency.ofNanos(Arrays.stream(took)),
        BenchReport.rounded(used / 1e6 / workload.sessions()));
  }

  private long[] run(int sessions) throws InterruptedException {
    long[] took = new long[sessions];
    Semaphore places = new Semaphore(workload.concurrency());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < sessions; i++) {
        places.acquire();
        int session = i;
        threads.execute(
            () -> {
              try {
                long start = System.nanoTime();
                converse();
                took[session] = System.nanoTime() - start;
              } finally {
                places.release();
              }
            });
      }
    }
    return took;
  }

  private void converse() {
    ArrayNode messages = prompt();
    boolean ended = false;
    for (int turn = 0; turn < workload.modelCalls() && !ended; turn++) {
      ended = turn(messages).last();
    }
    if (messages.size() != 2 * workload.modelCalls()) {
      throw new IllegalStateException("a conversation ended after " + messages.size());
    }
  }

  /** How a conversation begins. */
  static ArrayNode prompt() {
    ArrayNode messages = JSON.createArrayNode();
    text(messages.addObject().put("role", "user"), "Make the calls, please.");
    return messages;
  }

  private static void text(ObjectNode message, String text) {
    message.putArray("content").addObject().put("type", "text").put("text", text);
  }

  /** What a model answered, and whether it wants no more calls. */
  record Turn(String reply, boolean last) {}

  /** Asks, and adds the reply and the results of the calls it wants to the conversation. */
  Turn turn(ArrayNode messages) {
    String answer = ask(messages);
    JsonNode reply = JSON.readTree(answer);
    JsonNode content = reply.path("content");
    messages.addObject().put("role", "assistant").set("content", content);
    boolean last = !reply.path("stop_reason").asString("").equals("tool_use");
    if (!last) {
      ArrayNode results = messages.addObject().put("role", "user").putArray("content");
      for (JsonNode block : content) {
        results
            .addObject()
            .put("type", "tool_result")
            .put("tool_use_id", block.path("id").asString(""))
            .put("content", block.path("input").path(EchoTool.ARGUMENT).asString(""));
      }
    }
    return new Turn(answer, last);
  }

  private String ask(ArrayNode messages) {
    ObjectNode request = JSON.createObjectNode();
    request.put("model", RehearsalModel.MODEL).put("max_tokens", 1024);
    request.set("messages", messages);
    RequestBody body = RequestBody.create(JSON.writeValueAsBytes(request), JSON_TYPE);
    try (Response response =
        http.newCall(new Request.Builder().url(url).post(body).build()).execute()) {
      return response.body().string();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    http.connectionPool().evictAll();
  }
}
