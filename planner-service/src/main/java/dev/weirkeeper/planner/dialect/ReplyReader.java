package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Provider;
import java.util.function.Consumer;

/**
 * Reads one reply, streamed or whole. Not thread-safe; used once.
 *
 * <p>A stream is given event by event to {@link #event} until that returns true or the stream ends,
 * then {@link #finish} gives the reply. A reply that came in one piece is given to {@link #whole}.
 * {@link #tokens} may be asked at any time, after a failure too.
 */
public sealed interface ReplyReader permits AnthropicReply, ChatReply, ResponsesReply {

  /**
   * A reader for one reply.
   *
   * @param turn the turn of the session, for ids of calls that came without a usable one
   * @param textDeltas told each piece of text as it comes in; must not throw
   */
  static ReplyReader of(Provider provider, int turn, Consumer<String> textDeltas) {
    return switch (provider) {
      case ANTHROPIC_MESSAGES -> new AnthropicReply(turn, textDeltas);
      case OPENAI_CHAT_COMPLETIONS -> new ChatReply(turn, textDeltas);
      case OPENAI_RESPONSES -> new ResponsesReply(turn, textDeltas);
    };
  }

  /**
   * Takes one server-sent event.
   *
   * @return true if the reply is complete and the rest of the stream need not be read
   * @throws UnusableReplyException if the event reports a failure or makes no sense
   */
  boolean event(ServerSentEvents.Event event) throws UnusableReplyException;

  /**
   * The reply that was streamed.
   *
   * @throws UnusableReplyException if the stream ended before the reply did
   */
  Reply finish() throws UnusableReplyException;

  /**
   * Reads a reply that came as one JSON text.
   *
   * @throws UnusableReplyException if it is none
   */
  Reply whole(String json) throws UnusableReplyException;

  /** True once anything of the reply itself has come, so that it may be charged. */
  boolean begun();

  /** What is known so far of the tokens used. */
  TokenCount tokens();
}
