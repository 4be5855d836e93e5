package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Replies of OpenAI's Responses API. A stream ends with an event that carries the whole response,
 * so the pieces before it are only passed on, and kept for servers that leave the output out at the
 * end.
 */
final class ResponsesReply implements ReplyReader {

  private static final int MAX_ITEMS = 10_000;

  private final int turn;
  private final Consumer<String> textDeltas;
  private final TreeMap<Integer, JsonNode> items = new TreeMap<>();
  private JsonNode usage = WireJson.object();
  private @Nullable ObjectNode response;
  private @Nullable String responseText;
  private String model = "";
  private boolean begun;

  ResponsesReply(int turn, Consumer<String> textDeltas) {
    this.turn = turn;
    this.textDeltas = textDeltas;
  }

  @Override
  public boolean event(ServerSentEvents.Event event) throws UnusableReplyException {
    if (event.data().strip().equals("[DONE]")) {
      return true;
    }
    ObjectNode data =
        WireJson.parseObject(event.data())
            .orElseThrow(
                () -> UnusableReplyException.nonsense("an event of the stream is no JSON object"));
    switch (WireJson.string(data, "type")) {
      case "response.output_text.delta" -> textDeltas.accept(WireJson.string(data, "delta"));
      case "response.output_item.added" -> begun = true;
      case "response.output_item.done" -> {
        begun = true;
        if (items.size() >= MAX_ITEMS) {
          throw UnusableReplyException.nonsense("there are more than " + MAX_ITEMS + " items");
        }
        items.put(data.path("output_index").asInt(items.size()), data.path("item"));
      }
      case "response.completed", "response.incomplete", "response.failed", "response.cancelled" -> {
        if (!(data.get("response") instanceof ObjectNode whole)) {
          throw UnusableReplyException.nonsense("the last event has no response");
        }
        response = whole;
        responseText = WireJson.slice(event.data(), "response");
        usage = whole.path("usage");
        return true;
      }
      case "error" ->
          throw new UnusableReplyException(
              ProviderErrors.inReply(
                  data.path("error").isObject() ? data.path("error") : data, begun));
      default -> {
        // Progress of parts that the last event carries whole.
      }
    }
    return false;
  }

  @Override
  public Reply finish() throws UnusableReplyException {
    if (response == null || responseText == null) {
      throw new UnusableReplyException(
          new Failure(
              ModelErrorKind.CONNECTION,
              "the stream ended before the reply did",
              Remedy.ASK_AGAIN));
    }
    return reply(response, responseText);
  }

  @Override
  public Reply whole(String json) throws UnusableReplyException {
    ObjectNode body =
        WireJson.parseObject(json)
            .orElseThrow(() -> UnusableReplyException.nonsense("it is no JSON object"));
    usage = body.path("usage");
    return reply(body, json);
  }

  private Reply reply(ObjectNode body, String json) throws UnusableReplyException {
    model = WireJson.string(body, "model");
    String status = WireJson.string(body, "status");
    if (body.path("error").isObject()) {
      throw new UnusableReplyException(ProviderErrors.inReply(body.path("error"), begun));
    }
    if (!(body.get("output") instanceof ArrayNode output)) {
      throw UnusableReplyException.nonsense("it has no array named output");
    }
    String why = WireJson.string(body.path("incomplete_details"), "reason");
    StopReason reason =
        switch (status) {
          case "completed" -> StopReason.END_TURN;
          case "incomplete" ->
              switch (why) {
                case "max_output_tokens" -> StopReason.MAX_OUTPUT_TOKENS;
                case "content_filter" -> StopReason.REFUSED;
                default -> StopReason.OTHER;
              };
          case "failed", "cancelled", "queued", "in_progress" ->
              throw UnusableReplyException.nonsense("its status is " + status);
          default -> StopReason.OTHER;
        };
    String rawReason = why.isEmpty() ? status : why;
    boolean lost = output.isEmpty() && !items.isEmpty();
    if (lost) {
      output.addAll(items.values());
    }
    return reply(output, lost ? null : WireJson.slice(json, "output"), reason, rawReason);
  }

  private Reply reply(
      ArrayNode output, @Nullable String asItCame, StopReason reason, String rawReason) {
    StringBuilder text = new StringBuilder();
    StringBuilder refusal = new StringBuilder();
    for (JsonNode item : output) {
      for (JsonNode part : item.path("content")) {
        switch (WireJson.string(part, "type")) {
          case "output_text" -> text.append(WireJson.string(part, "text"));
          case "refusal" -> refusal.append(WireJson.string(part, "refusal"));
          default -> {
            // no text for people
          }
        }
      }
    }
    if (reason == StopReason.REFUSED || !refusal.isEmpty()) {
      return new Reply(model, StopReason.REFUSED, rawReason, "", refusal.toString(), List.of());
    }
    boolean changed = asItCame == null;
    boolean cut = !rawReason.equals("completed");
    CallIds ids = new CallIds(turn);
    List<Reply.Call> calls = new ArrayList<>();
    ArrayNode content = WireJson.array();
    for (int i = 0; i < output.size(); i++) {
      JsonNode item = output.get(i);
      if (WireJson.string(item, "type").equals("function_call")) {
        if (cut
            && (i == output.size() - 1 || WireJson.string(item, "status").equals("incomplete"))) {
          changed = true;
          continue;
        }
        String given = WireJson.string(item, "call_id");
        String id = ids.next(given);
        if (!id.equals(given) && item instanceof ObjectNode object) {
          object.put("call_id", id);
          changed = true;
        }
        calls.add(
            new Reply.Call(id, WireJson.string(item, "name"), WireJson.string(item, "arguments")));
      }
      content.add(item);
    }
    return new Reply(
        model,
        calls.isEmpty() ? reason : StopReason.TOOL_USE,
        rawReason,
        changed || asItCame == null ? WireJson.text(content) : asItCame,
        text.toString(),
        calls);
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
    Optional<Usage> classes = TokenClasses.responses(usage);
    return new TokenCount(
        classes.orElse(TokenCount.UNKNOWN.usage()), classes.isPresent(), WireJson.text(usage));
  }
}
