package dev.weirkeeper.local.rehearsal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer of the model in the provider's two forms: one JSON text, or a stream of events. The
 * text of a call that the output limit cuts stays cut, as the provider leaves it.
 */
record MessageEvents(
    String id, String model, List<Block> blocks, String stop, TokenClasses tokens) {

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final int PIECE = 24;

  /** A piece of the answer. */
  sealed interface Block {
    /** Words. */
    record Text(String text) implements Block {}

    /** A call; the text of its input may be cut. */
    record ToolUse(String id, String name, String input) implements Block {}
  }

  /** What the model does, as blocks within the output limit. */
  static MessageEvents of(
      String id, MessagesRequest request, Rehearsed act, TokenClasses input, String idSeed) {
    List<Block> blocks = new ArrayList<>();
    long left = request.maxTokens();
    long used = 0;
    boolean cut = false;
    if (!act.text().isEmpty()) {
      String text = within(act.text(), left);
      cut = text.length() < act.text().length();
      used += tokens(text);
      if (!text.isBlank()) {
        blocks.add(new Block.Text(text));
      }
    }
    for (int i = 0; i < act.calls().size() && !cut; i++) {
      Rehearsed.Call call = act.calls().get(i);
      String whole = call.input().toString();
      String written = within(whole, left - used - tokens(call.tool()));
      cut = written.length() < whole.length();
      used += tokens(call.tool()) + tokens(written);
      blocks.add(new Block.ToolUse("toolu_" + idSeed + "_" + i, call.tool(), written));
    }
    long output = cut ? request.maxTokens() : Math.max(1, Math.min(used, request.maxTokens()));
    return new MessageEvents(
        id,
        request.model(),
        List.copyOf(blocks),
        cut ? "max_tokens" : act.stop(),
        new TokenClasses(
            input.input(), input.cacheWrite5m(), input.cacheWrite1h(), input.cacheRead(), output));
  }

  private static long tokens(String text) {
    return TokenClasses.of(text.getBytes(StandardCharsets.UTF_8).length);
  }

  /** As much of a text as so many tokens hold. */
  private static String within(String text, long tokens) {
    if (tokens(text) <= tokens) {
      return text;
    }
    int end = 0;
    for (int next = 0; next < text.length(); ) {
      next = text.offsetByCodePoints(next, 1);
      if (tokens(text.substring(0, next)) > Math.max(0, tokens)) {
        break;
      }
      end = next;
    }
    return text.substring(0, end);
  }

  /** The answer as one JSON text. */
  String json() {
    ObjectNode message = start(tokens.json());
    var content = message.putArray("content");
    for (Block block : blocks) {
      ObjectNode node = content.addObject();
      switch (block) {
        case Block.Text(String text) -> node.put("type", "text").put("text", text);
        case Block.ToolUse(String call, String name, String input) -> {
          node.put("type", "tool_use").put("id", call).put("name", name);
          node.set("input", complete(input) ? MAPPER.readTree(input) : MAPPER.createObjectNode());
        }
      }
    }
    stopped(message);
    return message.toString();
  }

  private boolean complete(String input) {
    return !stop.equals("max_tokens") || input.endsWith("}");
  }

  /** The answer as events, each ready to be sent. */
  List<String> events() {
    List<String> events = new ArrayList<>();
    ObjectNode first = MAPPER.createObjectNode().put("type", "message_start");
    ObjectNode message =
        start(
            new TokenClasses(
                    tokens.input(),
                    tokens.cacheWrite5m(),
                    tokens.cacheWrite1h(),
                    tokens.cacheRead(),
                    1)
                .json());
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence");
    first.set("message", message);
    events.add(event("message_start", first.toString()));
    events.add(event("ping", "{\"type\":\"ping\"}"));
    for (int i = 0; i < blocks.size(); i++) {
      block(i, blocks.get(i), events);
    }
    ObjectNode last = MAPPER.createObjectNode().put("type", "message_delta");
    stopped(last.putObject("delta"));
    last.set("usage", MAPPER.readTree(tokens.json()));
    events.add(event("message_delta", last.toString()));
    events.add(event("message_stop", "{\"type\":\"message_stop\"}"));
    return events;
  }

  private static void block(int index, Block block, List<String> events) {
    ObjectNode start = MAPPER.createObjectNode().put("type", "content_block_start");
    ObjectNode content = start.put("index", index).putObject("content_block");
    String all =
        switch (block) {
          case Block.Text(String text) -> {
            content.put("type", "text").put("text", "");
            yield text;
          }
          case Block.ToolUse(String call, String name, String input) -> {
            content.put("type", "tool_use").put("id", call).put("name", name).putObject("input");
            yield input;
          }
        };
    boolean text = block instanceof Block.Text;
    events.add(event("content_block_start", start.toString()));
    for (String piece : pieces(all)) {
      ObjectNode delta = MAPPER.createObjectNode().put("type", "content_block_delta");
      delta
          .put("index", index)
          .putObject("delta")
          .put("type", text ? "text_delta" : "input_json_delta")
          .put(text ? "text" : "partial_json", piece);
      events.add(event("content_block_delta", delta.toString()));
    }
    events.add(
        event(
            "content_block_stop",
            MAPPER
                .createObjectNode()
                .put("type", "content_block_stop")
                .put("index", index)
                .toString()));
  }

  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = Math.min(text.length(), start + PIECE);
      if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
        end++;
      }
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private ObjectNode start(String usage) {
    ObjectNode message = MAPPER.createObjectNode();
    message.put("id", id).put("type", "message").put("role", "assistant").put("model", model);
    message.set("usage", MAPPER.readTree(usage));
    return message;
  }

  private void stopped(ObjectNode node) {
    node.put("stop_reason", stop).putNull("stop_sequence");
    if (stop.equals("refusal")) {
      ObjectNode details = node.putObject("stop_details").put("type", "refusal");
      details.putNull("category").put("explanation", "This rehearsal refuses the task.");
    }
  }

  /** One server-sent event. */
  static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }
}
