package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Usage;

/**
 * What a provider said about the tokens of a call.
 *
 * @param usage by class; zero where nothing is known
 * @param complete true if this is all that the call used; false if it is a lower bound
 * @param raw the provider's own JSON; an empty object if it sent none
 */
public record TokenCount(Usage usage, boolean complete, String raw) {

  /** Nothing is known. */
  public static final TokenCount UNKNOWN = new TokenCount(Usage.newBuilder().build(), false, "{}");

  /** Nothing was used, for certain. */
  public static final TokenCount NONE = new TokenCount(Usage.newBuilder().build(), true, "{}");
}
