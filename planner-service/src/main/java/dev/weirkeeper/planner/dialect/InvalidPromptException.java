package dev.weirkeeper.planner.dialect;

/**
 * A prompt can't be put into a request: the agent's request options or a tool's schema are not what
 * they must be. The author of the agent or the tool has to mend it.
 */
public final class InvalidPromptException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidPromptException(String message) {
    super(message);
  }
}
