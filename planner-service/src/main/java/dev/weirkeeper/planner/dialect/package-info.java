/**
 * How each provider speaks: a transcript in, the bytes of a request out; the bytes of a response
 * in, one vocabulary out. Pure: no network, no clock, no state beyond one reply.
 *
 * <p>The wire shapes are those of Anthropic's Messages API, OpenAI's Chat Completions API and
 * OpenAI's Responses API, as documented by the two providers and as their public SDKs read and
 * write them.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A request is a head, the transcript's fragments and a tail. Head and fragments depend on
 *       nothing that changes between steps, so every request of a session starts with the bytes of
 *       the one before it, and provider prompt caches hit.
 *   <li>What the model said is kept as the provider's own JSON and sent back as it came; fields and
 *       blocks that nobody here knows pass through untouched.
 *   <li>{@code TOOL_USE} is the stop reason if and only if there are calls, and the kept content
 *       asks for exactly these calls, each with an id of its own: whoever answers every call can
 *       always go on. A call cut off by a limit is taken out of both.
 *   <li>Token classes are disjoint and sum to the provider's own total.
 *   <li>Whether a failure is worth another try is decided here, once, and travels as {@link
 *       dev.weirkeeper.planner.dialect.Remedy}.
 * </ul>
 *
 * <p>Start with {@link dev.weirkeeper.planner.dialect.PromptFormat} for requests and {@link
 * dev.weirkeeper.planner.dialect.ReplyReader} for replies.
 */
@NullMarked
package dev.weirkeeper.planner.dialect;

import org.jspecify.annotations.NullMarked;
