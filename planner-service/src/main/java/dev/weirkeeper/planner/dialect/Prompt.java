package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.ToolDefinition;
import java.util.List;
import java.util.Optional;

/**
 * Everything a model is asked with, the model itself and its output limit aside.
 *
 * @param system the system prompt; empty: none
 * @param tools the tools offered; sent by name, ascending
 * @param requestOptions a JSON object of provider fields added to the request
 * @param pinsDigest digest of the pins that agent and tools come from, kept with the reply
 * @param fragments the transcript, each entry encoded by the {@link PromptFormat} of the model. The
 *     arrays are shared, not copied: nobody may change them
 */
public record Prompt(
    String system,
    List<ToolDefinition> tools,
    Optional<String> requestOptions,
    String pinsDigest,
    List<byte[]> fragments) {

  /** The prompt of a pinned agent: its system prompt, its tools, its options. */
  public static Prompt of(Pins pins, List<byte[]> fragments) {
    return new Prompt(
        pins.getAgent().getSystemPrompt(),
        pins.getTools(),
        Optional.ofNullable(pins.getAgent().getRequestOptions()),
        pins.getDigest(),
        fragments);
  }

  /** The same with another system prompt, for a pipeline step that has its own. */
  public Prompt withSystem(String other) {
    return new Prompt(other, tools, requestOptions, pinsDigest, fragments);
  }

  /** The same without tools, for a single call or a model step of a pipeline. */
  public Prompt withoutTools() {
    return new Prompt(system, List.of(), requestOptions, pinsDigest, fragments);
  }
}
