package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import java.util.List;

/** What one transcript entry says, before it is encoded for a provider. */
public sealed interface Message {

  /** What a person, or a task, says. */
  record User(String text) implements Message {}

  /**
   * What a model said.
   *
   * @param format the wire format it was said in
   * @param model the model that was asked; where it differs from the one the transcript is encoded
   *     for (a date at the end aside), thinking is dropped, because it is bound to its model
   * @param content the provider's own JSON, from {@code ModelReply.content}; sent back as it is to
   *     the same format
   * @param text the text in it, from {@code ModelReply.text}; for other formats
   * @param calls the tool calls in it, from {@code ModelReply.calls}; for other formats
   */
  record Assistant(
      Provider format, String model, String content, String text, List<RequestedCall> calls)
      implements Message {}

  /** The answers to all calls of the message before, in the order the model asked. */
  record Results(List<Answer> answers) implements Message {}

  /**
   * The answer to one tool call.
   *
   * @param providerCallId the provider's id of the call
   * @param content what the model is shown: text or JSON
   * @param error whether the call failed; where a format has no place for that, the content says it
   */
  record Answer(String providerCallId, String content, boolean error) {}
}
