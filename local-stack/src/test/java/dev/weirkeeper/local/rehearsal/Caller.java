package dev.weirkeeper.local.rehearsal;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Talks to a model server the way a provider's client does. */
final class Caller implements AutoCloseable {

  static final JsonMapper MAPPER = JsonMapper.shared();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final ObjectNode request = MAPPER.createObjectNode();
  final ArrayNode messages;

  Caller(URI base, String... tools) {
    this.base = base;
    request.put("model", RehearsalModel.MODEL).put("max_tokens", 1000);
    ArrayNode offered = request.putArray("tools");
    for (String tool : tools) {
      offered.addObject().put("name", tool).putObject("input_schema").put("type", "object");
    }
    messages = request.putArray("messages");
  }

  Caller user(String text) {
    messages.addObject().put("role", "user").put("content", text);
    return this;
  }

  /** Sends the conversation and adds the answer to it. */
  JsonNode ask() throws IOException, InterruptedException {
    HttpResponse<String> response = post(request.toString());
    if (response.statusCode() != 200) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
    JsonNode answer = MAPPER.readTree(response.body());
    if (!answer.path("content").isEmpty()) {
      messages.addObject().put("role", "assistant").set("content", answer.path("content"));
    }
    return answer;
  }

  /** Answers the calls of the last message, in order. */
  Caller results(String... contents) {
    JsonNode last = messages.get(messages.size() - 1).path("content");
    List<String> ids = new ArrayList<>();
    for (JsonNode block : last) {
      if (block.path("type").asString("").equals("tool_use")) {
        ids.add(block.path("id").asString(""));
      }
    }
    ArrayNode blocks = messages.addObject().put("role", "user").putArray("content");
    for (int i = 0; i < contents.length; i++) {
      blocks
          .addObject()
          .put("type", "tool_result")
          .put("tool_use_id", ids.get(i))
          .put("content", contents[i]);
    }
    return this;
  }

  HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return post(body, Map.of("anthropic-version", "2023-06-01", "x-api-key", "none"));
  }

  HttpResponse<String> post(String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(base.resolve("/v1/messages"))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(post::header);
    return http.send(post.build(), HttpResponse.BodyHandlers.ofString());
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return MAPPER.readTree(
        http.send(
                HttpRequest.newBuilder(base.resolve(path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  @Override
  public void close() {
    http.close();
  }

  static String text(JsonNode answer) {
    StringBuilder text = new StringBuilder();
    answer.path("content").forEach(block -> text.append(block.path("text").asString("")));
    return text.toString();
  }

  static List<String> calls(JsonNode answer) {
    List<String> calls = new ArrayList<>();
    answer
        .path("content")
        .forEach(
            block -> {
              if (block.path("type").asString("").equals("tool_use")) {
                calls.add(block.path("name").asString("") + block.path("input"));
              }
            });
    return calls;
  }
}
