package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelChoice;
import java.util.Collection;

/**
 * Encodes transcript entries and requests for one model. Stateless and pure: the same entry gives
 * the same bytes, so a fragment can be kept for as long as the session lives.
 *
 * <p><b>Upper bound on input tokens.</b> Providers count tokens of byte-level vocabularies, in
 * which a token stands for at least one byte, so text never has more tokens than UTF-8 bytes. What
 * a provider puts around the text is bounded by the constants below, generously: they stand for the
 * markers around messages and tools and for the hidden prompt that some providers add when tools
 * are offered. Content that a provider sends us encrypted or signed (thinking, reasoning) is longer
 * in bytes than in tokens. The bound does not cover tools that a provider runs by itself, such as
 * web search, which add input nobody can foresee.
 */
public sealed interface PromptFormat permits AnthropicPrompt, ChatPrompt, ResponsesPrompt {

  /** Tokens that a request may have over the bytes of its head and fragments. */
  long TOKENS_PER_REQUEST = 2_000;

  /** Tokens that a fragment may have over its bytes. */
  long TOKENS_PER_FRAGMENT = 32;

  /** Tokens that a tool may have over its bytes in the head. */
  long TOKENS_PER_TOOL = 64;

  /** The format of a model. */
  static PromptFormat of(ModelChoice choice) {
    return switch (choice.getProvider()) {
      case ANTHROPIC_MESSAGES -> new AnthropicPrompt(choice.getModel());
      case OPENAI_CHAT_COMPLETIONS -> new ChatPrompt(choice.getModel());
      case OPENAI_RESPONSES -> new ResponsesPrompt(choice.getModel());
    };
  }

  /**
   * One entry as JSON, in UTF-8, ready to stand in the request's array of messages; several items
   * are joined by commas. Empty if there is nothing to send, such as a reply without content.
   */
  byte[] encode(Message message);

  /**
   * What stands around the fragments.
   *
   * @throws InvalidPromptException if the prompt's options or a tool's schema can't be used
   */
  Frame frame(Prompt prompt) throws InvalidPromptException;

  /** No request with this frame and these fragments has more input tokens. */
  default long inputTokensBound(Frame frame, int tools, Collection<byte[]> fragments) {
    long bound =
        TOKENS_PER_REQUEST + tools * TOKENS_PER_TOOL + frame.head().length + frame.leading().length;
    for (byte[] fragment : fragments) {
      bound += TOKENS_PER_FRAGMENT + fragment.length;
    }
    return bound;
  }
}
