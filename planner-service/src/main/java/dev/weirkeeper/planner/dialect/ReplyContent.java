package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.operations.redaction.Redaction;
import java.util.Iterator;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * An assistant message as the provider's own JSON, without secrets.
 *
 * <p>It is sent back with the next request, and providers check what they have signed: reasoning in
 * its several forms, encrypted parts. Those parts stay byte for byte as they came, whatever they
 * hold; text and the arguments of calls are nobody's signature and are redacted. A message without
 * secrets stays as it came altogether.
 */
public final class ReplyContent {

  private static final Set<String> SIGNED_TYPES =
      Set.of("thinking", "redacted_thinking", "reasoning", "compaction");

  private static final Set<String> SIGNED_FIELDS =
      Set.of("signature", "encrypted_content", "reasoning_details", "reasoning_content");

  private ReplyContent() {}

  /**
   * The message without secrets.
   *
   * @param content a list of blocks, a list of output items, or one message
   */
  public static String redacted(String content, Redaction redaction) {
    String clean = redaction.apply(content);
    if (clean.equals(content)) {
      return content;
    }
    return WireJson.parse(content).map(json -> redacted(json, redaction)).orElse(clean);
  }

  private static String redacted(JsonNode json, Redaction redaction) {
    if (!json.isArray()) {
      return part(json, redaction);
    }
    StringBuilder parts = new StringBuilder("[");
    for (Iterator<JsonNode> all = json.iterator(); all.hasNext(); ) {
      parts.append(part(all.next(), redaction)).append(all.hasNext() ? "," : "");
    }
    return parts.append(']').toString();
  }

  private static String part(JsonNode part, Redaction redaction) {
    String text = WireJson.text(part);
    return signed(part) ? text : redaction.apply(text);
  }

  private static boolean signed(JsonNode part) {
    return SIGNED_TYPES.contains(WireJson.string(part, "type"))
        || SIGNED_FIELDS.stream().anyMatch(part::has);
  }
}
