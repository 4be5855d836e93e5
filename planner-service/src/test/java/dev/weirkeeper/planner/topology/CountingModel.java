package dev.weirkeeper.planner.topology;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/** A model that asks for a tool a few times, one call after the other, and then answers. */
final class CountingModel extends Dispatcher implements AutoCloseable {
  private final MockWebServer server = new MockWebServer();
  private final int calls;
  final AtomicInteger requests = new AtomicInteger();

  /** Holds every reply back while it is set. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  CountingModel(int calls) throws IOException {
    this.calls = calls;
    server.setDispatcher(this);
    server.start();
  }

  String url() {
    return server.url("/").toString();
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
    requests.incrementAndGet();
    gate.await();
    String body = request.getBody() == null ? "" : request.getBody().utf8();
    int results = body.split("\"type\":\"tool_result\"", -1).length - 1;
    String content =
        results < calls
            ? """
            [{"type":"tool_use","id":"toolu_%d","name":"echo","input":{"text":"%d"}}]\
            """
                .formatted(results, results)
            : """
            [{"type":"text","text":"done after %d"}]\
            """
                .formatted(results);
    return new MockResponse.Builder()
        .addHeader("content-type", "application/json")
        .body(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5",
             "content":%s,"stop_reason":"%s",
             "usage":{"input_tokens":100,"output_tokens":10}}\
            """
                .formatted(content, results < calls ? "tool_use" : "end_turn"))
        .build();
  }

  @Override
  public void close() {
    gate.countDown();
    server.close();
  }
}
