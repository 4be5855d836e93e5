package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.StopReason;
import java.util.List;

/**
 * A reply in one vocabulary.
 *
 * @param model the model that answered, as the provider names it; empty if it did not say
 * @param stopReason why it stopped; {@code TOOL_USE} if and only if there are calls
 * @param rawStopReason the provider's own word
 * @param content the provider's own JSON, to be sent back
 * @param text the text in it
 * @param calls the tool calls in it, in order
 */
public record Reply(
    String model,
    StopReason stopReason,
    String rawStopReason,
    String content,
    String text,
    List<Call> calls) {

  /**
   * A tool call as the model wrote it.
   *
   * @param id the provider's id, unique in the reply
   * @param tool the tool's name
   * @param arguments the text of the arguments, whatever it is
   */
  public record Call(String id, String tool, String arguments) {}
}
