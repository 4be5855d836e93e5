package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Replies of OpenAI's Chat Completions API and of the many servers that speak it. */
final class ChatReply implements ReplyReader {

  private static final int MAX_CALLS = 10_000;

  private final int turn;
  private final Consumer<String> textDeltas;
  private final GrowingObject message = new GrowingObject(WireJson.object());
  private final List<StreamedCall> calls = new ArrayList<>();
  private final Map<Integer, StreamedCall> callsByIndex = new HashMap<>();
  private JsonNode usage = WireJson.object();
  private String model = "";
  private String stopReason = "";
  private boolean begun;

  private record StreamedCall(GrowingObject call, GrowingObject function) {
    ObjectNode node() {
      ObjectNode node = call.node();
      node.set("function", function.node());
      return node;
    }
  }

  ChatReply(int turn, Consumer<String> textDeltas) {
    this.turn = turn;
    this.textDeltas = textDeltas;
  }

  @Override
  public boolean event(ServerSentEvents.Event event) throws UnusableReplyException {
    if (event.data().strip().equals("[DONE]")) {
      return true;
    }
    ObjectNode chunk =
        WireJson.parseObject(event.data())
            .orElseThrow(
                () -> UnusableReplyException.nonsense("an event of the stream is no JSON object"));
    if (chunk.path("error").isObject()) {
      throw new UnusableReplyException(ProviderErrors.inReply(chunk.path("error"), begun));
    }
    noteModel(chunk);
    if (chunk.path("usage").isObject()) {
      usage = chunk.path("usage");
    }
    for (JsonNode choice : chunk.path("choices")) {
      if (choice.path("index").asInt(0) == 0) {
        begun = true;
        delta(choice.path("delta"));
        noteStop(choice);
      }
    }
    return false;
  }

  private void delta(JsonNode delta) throws UnusableReplyException {
    for (var field : delta.properties()) {
      switch (field.getKey()) {
        case "tool_calls" -> {
          for (JsonNode piece : field.getValue()) {
            call(piece);
          }
        }
        case "role" -> message.node().set("role", field.getValue());
        default -> {
          message.add(field.getKey(), field.getValue());
          if (field.getKey().equals("content")
              && field.getValue().isString()
              && !field.getValue().stringValue().isEmpty()) {
            textDeltas.accept(field.getValue().stringValue());
          }
        }
      }
    }
  }

  private void call(JsonNode piece) throws UnusableReplyException {
    if (calls.size() >= MAX_CALLS) {
      throw UnusableReplyException.nonsense("there are more than " + MAX_CALLS + " tool calls");
    }
    int index = piece.path("index").asInt(-1);
    StreamedCall call = index < 0 ? null : callsByIndex.get(index);
    if (call == null && index < 0 && WireJson.string(piece, "id").isEmpty() && !calls.isEmpty()) {
      call = calls.getLast();
    }
    if (call == null) {
      call =
          new StreamedCall(
              new GrowingObject(WireJson.object()), new GrowingObject(WireJson.object()));
      calls.add(call);
      if (index >= 0) {
        callsByIndex.put(index, call);
      }
    }
    for (var field : piece.properties()) {
      switch (field.getKey()) {
        case "index" -> {
          // the place in the stream, no part of the call
        }
        case "id", "type" -> {
          // Some servers repeat these in every piece, so they are not put end to end.
          if (!field.getValue().asString("").isEmpty()) {
            call.call.node().set(field.getKey(), field.getValue());
          }
        }
        case "function" -> {
          for (var inner : field.getValue().properties()) {
            call.function.add(inner.getKey(), inner.getValue());
          }
        }
        default -> call.call.add(field.getKey(), field.getValue());
      }
    }
  }

  private void noteModel(JsonNode chunk) {
    String name = WireJson.string(chunk, "model");
    model = name.isEmpty() ? model : name;
  }

  private void noteStop(JsonNode choice) {
    String reason = WireJson.string(choice, "finish_reason");
    stopReason = reason.isEmpty() ? stopReason : reason;
  }

  @Override
  public Reply finish() throws UnusableReplyException {
    if (!begun || stopReason.isEmpty()) {
      throw new UnusableReplyException(
          new Failure(
              ModelErrorKind.CONNECTION,
              "the stream ended before the reply did",
              Remedy.ASK_AGAIN));
    }
    ObjectNode whole = message.node();
    if (!whole.has("role")) {
      whole.put("role", "assistant");
    }
    if (!calls.isEmpty()) {
      ArrayNode array = whole.putArray("tool_calls");
      calls.forEach(call -> array.add(call.node()));
    }
    return reply(whole, null);
  }

  @Override
  public Reply whole(String json) throws UnusableReplyException {
    ObjectNode body =
        WireJson.parseObject(json)
            .orElseThrow(() -> UnusableReplyException.nonsense("it is no JSON object"));
    if (body.path("error").isObject()) {
      throw new UnusableReplyException(ProviderErrors.inReply(body.path("error"), false));
    }
    if (!(body.path("choices").path(0).get("message") instanceof ObjectNode whole)) {
      throw UnusableReplyException.nonsense("it has no message in its first choice");
    }
    noteModel(body);
    noteStop(body.path("choices").path(0));
    usage = body.path("usage");
    String choices = WireJson.slice(json, "choices");
    return reply(
        whole, choices == null ? null : WireJson.slice(WireJson.firstElement(choices), "message"));
  }

  private Reply reply(ObjectNode whole, @Nullable String asItCame) {
    StopReason reason = meaning(stopReason);
    String refusal = WireJson.string(whole, "refusal");
    if (reason == StopReason.REFUSED || !refusal.isEmpty()) {
      return new Reply(model, StopReason.REFUSED, stopReason, "", refusal, List.of());
    }
    boolean changed = asItCame == null;
    List<Reply.Call> asked = new ArrayList<>();
    if (whole.get("tool_calls") instanceof ArrayNode array) {
      if (reason == StopReason.MAX_OUTPUT_TOKENS && !array.isEmpty()) {
        array.remove(array.size() - 1);
        changed = true;
      }
      CallIds ids = new CallIds(turn);
      for (JsonNode call : array) {
        String given = WireJson.string(call, "id");
        String id = ids.next(given);
        if (!id.equals(given) && call instanceof ObjectNode object) {
          object.put("id", id);
          changed = true;
        }
        JsonNode function = call.path("function");
        JsonNode arguments = function.path("arguments");
        asked.add(
            new Reply.Call(
                id,
                WireJson.string(function, "name"),
                arguments.isString() || arguments.isMissingNode()
                    ? arguments.asString("")
                    : WireJson.text(arguments)));
      }
      if (array.isEmpty() && changed) {
        whole.remove("tool_calls");
      }
    }
    String text = text(whole.path("content"));
    boolean empty = asked.isEmpty() && text.isEmpty();
    return new Reply(
        model,
        asked.isEmpty()
            ? reason == StopReason.TOOL_USE ? StopReason.OTHER : reason
            : StopReason.TOOL_USE,
        stopReason,
        empty ? "" : changed || asItCame == null ? WireJson.text(whole) : asItCame,
        text,
        asked);
  }

  private static String text(JsonNode content) {
    if (!content.isArray()) {
      return content.asString("");
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(WireJson.string(part, "text")));
    return text.toString();
  }

  private static StopReason meaning(String finishReason) {
    return switch (finishReason) {
      case "stop" -> StopReason.END_TURN;
      case "length" -> StopReason.MAX_OUTPUT_TOKENS;
      case "tool_calls" -> StopReason.TOOL_USE;
      case "content_filter" -> StopReason.REFUSED;
      default -> StopReason.OTHER;
    };
  }

  @Override
  public boolean begun() {
    return begun;
  }

  @Override
  public TokenCount tokens() {
    if (!usage.isObject() || usage.isEmpty()) {
      return TokenCount.UNKNOWN;
    }
    Optional<Usage> classes = TokenClasses.chat(usage);
    return new TokenCount(
        classes.orElse(TokenCount.UNKNOWN.usage()),
        classes.isPresent() && !stopReason.isEmpty(),
        WireJson.text(usage));
  }
}
