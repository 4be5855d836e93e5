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

/** Replies of Anthropic's Messages API. */
final class AnthropicReply implements ReplyReader {

  private static final int MAX_BLOCKS = 10_000;

  private final int turn;
  private final Consumer<String> textDeltas;
  private final TreeMap<Integer, Block> blocks = new TreeMap<>();
  private final ObjectNode usage = WireJson.object();
  private String model = "";
  private String stopReason = "";
  private String explanation = "";
  private boolean begun;
  private boolean usageComplete;

  /** A content block and, where it was streamed, the text of its input. */
  private record Block(GrowingObject growing, StringBuilder input) {
    Block(ObjectNode start) {
      this(new GrowingObject(start), new StringBuilder());
    }
  }

  AnthropicReply(int turn, Consumer<String> textDeltas) {
    this.turn = turn;
    this.textDeltas = textDeltas;
  }

  @Override
  public boolean event(ServerSentEvents.Event event) throws UnusableReplyException {
    ObjectNode data =
        WireJson.parseObject(event.data())
            .orElseThrow(
                () -> UnusableReplyException.nonsense("an event of the stream is no JSON object"));
    switch (WireJson.string(data, "type")) {
      case "message_start" -> {
        begun = true;
        model = WireJson.string(data.path("message"), "model");
        TokenClasses.merge(usage, data.path("message").path("usage"));
      }
      case "content_block_start" -> start(data);
      case "content_block_delta" -> delta(block(data).orElseThrow(AnthropicReply::noBlock), data);
      case "message_delta" -> {
        stopped(data.path("delta"));
        TokenClasses.merge(usage, data.path("usage"));
        usageComplete = data.path("usage").path("output_tokens").isNumber();
      }
      case "message_stop" -> {
        return true;
      }
      case "error" ->
          throw new UnusableReplyException(ProviderErrors.inReply(data.path("error"), begun));
      default -> {
        // content_block_stop and ping say nothing new; what is unknown must not end a reply.
      }
    }
    return false;
  }

  private void start(ObjectNode data) throws UnusableReplyException {
    begun = true;
    if (!(data.get("content_block") instanceof ObjectNode block)) {
      throw UnusableReplyException.nonsense("a content block is no JSON object");
    }
    if (blocks.size() >= MAX_BLOCKS) {
      throw UnusableReplyException.nonsense("there are more than " + MAX_BLOCKS + " blocks");
    }
    blocks.put(data.path("index").asInt(blocks.size()), new Block(block));
  }

  private Optional<Block> block(ObjectNode data) {
    return Optional.ofNullable(blocks.get(data.path("index").asInt(-1)));
  }

  private static UnusableReplyException noBlock() {
    return UnusableReplyException.nonsense("a piece belongs to a block that has not begun");
  }

  private void delta(Block block, ObjectNode data) {
    JsonNode delta = data.path("delta");
    switch (WireJson.string(delta, "type")) {
      case "input_json_delta" -> block.input.append(WireJson.string(delta, "partial_json"));
      case "citations_delta" -> {
        ObjectNode node = block.growing.node();
        ArrayNode citations =
            node.get("citations") instanceof ArrayNode known ? known : node.putArray("citations");
        citations.add(delta.path("citation"));
      }
      default -> {
        // text_delta, thinking_delta, signature_delta and whatever comes: each of their fields
        // continues the field of the same name.
        for (var field : delta.properties()) {
          if (!field.getKey().equals("type")) {
            block.growing.add(field.getKey(), field.getValue());
          }
        }
        if (WireJson.string(delta, "type").equals("text_delta")) {
          textDeltas.accept(WireJson.string(delta, "text"));
        }
      }
    }
  }

  private void stopped(JsonNode message) {
    if (message.path("stop_reason").isString()) {
      stopReason = message.path("stop_reason").stringValue();
    }
    String said = WireJson.string(message.path("stop_details"), "explanation");
    explanation = said.isEmpty() ? explanation : said;
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
    return reply(List.copyOf(blocks.values()), null);
  }

  @Override
  public Reply whole(String json) throws UnusableReplyException {
    ObjectNode message =
        WireJson.parseObject(json)
            .orElseThrow(() -> UnusableReplyException.nonsense("it is no JSON object"));
    if (message.has("error")) {
      throw new UnusableReplyException(ProviderErrors.inReply(message.path("error"), false));
    }
    if (!(message.get("content") instanceof ArrayNode content)) {
      throw UnusableReplyException.nonsense("it has no array named content");
    }
    model = WireJson.string(message, "model");
    stopped(message);
    TokenClasses.merge(usage, message.path("usage"));
    usageComplete = true;
    List<Block> all = new ArrayList<>();
    for (JsonNode block : content) {
      if (!(block instanceof ObjectNode object)) {
        throw UnusableReplyException.nonsense("a content block is no JSON object");
      }
      all.add(new Block(object));
    }
    return reply(all, WireJson.slice(json, "content"));
  }

  private Reply reply(List<Block> all, @Nullable String asItCame) {
    StopReason reason = meaning(stopReason);
    if (reason == StopReason.REFUSED) {
      // What came before a refusal must not be sent back, nor acted on.
      return new Reply(model, reason, stopReason, "", explanation, List.of());
    }
    boolean cut =
        reason == StopReason.MAX_OUTPUT_TOKENS || reason == StopReason.CONTEXT_WINDOW_EXCEEDED;
    boolean changed = asItCame == null;
    CallIds ids = new CallIds(turn);
    List<Reply.Call> calls = new ArrayList<>();
    ArrayNode content = WireJson.array();
    for (int i = 0; i < all.size(); i++) {
      Block block = all.get(i);
      ObjectNode node = block.growing.node();
      if (!block.input.isEmpty()) {
        node.set("input", AnthropicPrompt.object(block.input.toString()));
      }
      if (WireJson.string(node, "type").equals("tool_use")) {
        if (cut && i == all.size() - 1) {
          changed = true;
          continue;
        }
        String given = WireJson.string(node, "id");
        String id = ids.next(given.isBlank() ? given : AnthropicPrompt.callId(given));
        String arguments =
            !block.input.isEmpty()
                ? block.input.toString()
                : node.has("input") ? WireJson.text(node.path("input")) : "";
        calls.add(new Reply.Call(id, WireJson.string(node, "name"), arguments));
        if (!id.equals(given)) {
          node.put("id", id);
          changed = true;
        }
        if (block.input.isEmpty() && !node.path("input").isObject()) {
          node.set("input", AnthropicPrompt.object(arguments));
          changed = true;
        }
      }
      content.add(node);
    }
    return new Reply(
        model,
        calls.isEmpty()
            ? reason == StopReason.TOOL_USE ? StopReason.OTHER : reason
            : StopReason.TOOL_USE,
        stopReason,
        changed || asItCame == null ? WireJson.text(content) : asItCame,
        text(content),
        calls);
  }

  private static String text(ArrayNode content) {
    StringBuilder text = new StringBuilder();
    boolean adjacent = true;
    for (JsonNode block : content) {
      if (WireJson.string(block, "type").equals("text")) {
        if (!adjacent && !text.isEmpty()) {
          text.append('\n');
        }
        text.append(WireJson.string(block, "text"));
        adjacent = true;
      } else {
        adjacent = false;
      }
    }
    return text.toString();
  }

  private static StopReason meaning(String stopReason) {
    return switch (stopReason) {
      case "end_turn" -> StopReason.END_TURN;
      case "tool_use" -> StopReason.TOOL_USE;
      case "max_tokens" -> StopReason.MAX_OUTPUT_TOKENS;
      case "stop_sequence" -> StopReason.STOP_SEQUENCE;
      case "pause_turn" -> StopReason.PAUSED;
      case "refusal" -> StopReason.REFUSED;
      case "model_context_window_exceeded" -> StopReason.CONTEXT_WINDOW_EXCEEDED;
      default -> StopReason.OTHER;
    };
  }

  @Override
  public boolean begun() {
    return begun;
  }

  @Override
  public TokenCount tokens() {
    if (usage.isEmpty()) {
      return TokenCount.UNKNOWN;
    }
    Optional<Usage> classes = TokenClasses.anthropic(usage);
    return new TokenCount(
        classes.orElse(TokenCount.UNKNOWN.usage()),
        usageComplete && classes.isPresent(),
        WireJson.text(usage));
  }
}
