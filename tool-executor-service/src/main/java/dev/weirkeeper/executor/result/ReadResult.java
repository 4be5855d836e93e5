package dev.weirkeeper.executor.result;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The tool that reads what was left out of a long result. */
public final class ReadResult {

  /** The tool's name, which long results refer to. */
  static final String NAME = "read_result";

  private final ResultStore store;

  public ReadResult(ResultStore store) {
    this.store = store;
  }

  /** What to read. */
  record Input(
      @Param(value = "The handle given with the shortened result") String handle,
      @Param(value = "Byte to start at", defaultValue = "0", min = "0", max = "2147483647")
          int offset,
      @Param(value = "Most bytes to return", defaultValue = "16000", min = "1", max = "60000")
          int maxBytes,
      @Param("Start at the next place at or after the offset where this text stands")
          Optional<String> find) {}

  /** A part of a result. */
  record Part(
      String content, int offset, int totalBytes, Optional<Integer> nextOffset, String tool) {}

  @Tool(
      name = NAME,
      description =
          "Reads part of a result that was too long to be shown whole. Give the handle from the"
              + " shortened result; page with next_offset, or jump with find.",
      readOnly = true,
      timeout = "15s",
      maxResultBytes = 256 * 1024)
  Part read(Input input, ToolContext context) throws IOException {
    StoredResult result =
        store
            .find(input.handle())
            .filter(found -> found.tenant().equals(context.tenant()))
            .orElseThrow(
                () ->
                    ToolFailure.invalidArguments("there is no result " + input.handle())
                        .hint(
                            "copy the handle from the shortened result; old results are deleted"));
    byte[] utf8 = result.content().getBytes(StandardCharsets.UTF_8);
    int from = from(utf8, result.content(), input);
    String part = Excerpt.slice(utf8, from, input.maxBytes());
    int next = from + part.getBytes(StandardCharsets.UTF_8).length;
    return new Part(
        part,
        from,
        utf8.length,
        next < utf8.length ? Optional.of(next) : Optional.empty(),
        result.tool());
  }

  private static int from(byte[] utf8, String content, Input input) {
    int offset = Excerpt.start(utf8, Math.min(input.offset(), utf8.length));
    if (input.find().isEmpty()) {
      return offset;
    }
    int characters = new String(utf8, 0, offset, StandardCharsets.UTF_8).length();
    int found = content.indexOf(input.find().get(), characters);
    if (found < 0) {
      throw ToolFailure.invalidArguments(
              "'" + input.find().get() + "' does not stand at or after byte " + offset)
          .hint("search from offset 0 or for another text");
    }
    return content.substring(0, found).getBytes(StandardCharsets.UTF_8).length;
  }
}
