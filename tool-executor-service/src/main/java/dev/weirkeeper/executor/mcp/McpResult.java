package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.tool.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a model is shown of a server's result. */
final class McpResult {

  private static final int MAX_ERROR = 2_000;

  private McpResult() {}

  /**
   * The structured content if there is any, else the text of the content. What is no text is named,
   * not shown.
   *
   * @throws ToolFailure if the result says that the call failed, or asks for something
   */
  static Object of(String tool, ObjectNode result) {
    if (result.path("resultType").asString("complete").equals("input_required")) {
      throw ToolFailure.of(tool + " asks for input that nobody here can give")
          .hint("this needs a person: the server wants an interactive client");
    }
    String text = text(result.path("content"));
    if (result.path("isError").asBoolean(false)) {
      throw ToolFailure.of(
              text.isBlank()
                  ? tool + " failed and did not say why"
                  : text.length() <= MAX_ERROR ? text : text.substring(0, MAX_ERROR) + "…")
          .hint("the tool's own words; change the call accordingly");
    }
    JsonNode structured = result.get("structuredContent");
    return structured != null && !structured.isNull() ? structured : text;
  }

  private static String text(JsonNode content) {
    List<String> parts = new ArrayList<>();
    for (JsonNode block : content) {
      parts.add(
          switch (block.path("type").asString("")) {
            case "text" -> block.path("text").asString("");
            case "image", "audio" -> named(block.path("type").asString(), block, "data");
            case "resource_link" ->
                "[resource %s %s]"
                    .formatted(block.path("uri").asString(""), block.path("name").asString(""));
            case "resource" -> resource(block.path("resource"));
            default -> "[" + block.path("type").asString("unknown") + ", not shown]";
          });
    }
    return String.join("\n", parts);
  }

  private static String resource(JsonNode resource) {
    String text = resource.path("text").asString("");
    return text.isEmpty() ? named("resource", resource, "blob") : text;
  }

  private static String named(String kind, JsonNode block, String data) {
    return "[%s %s, %d characters of base64, not shown]"
        .formatted(
            kind,
            block.path("mimeType").asString("of unknown kind"),
            block.path(data).asString("").length());
  }
}
