package dev.weirkeeper.planner.json;

/** A text is no JSON that can be given a canonical form. The message says what and where. */
public final class MalformedJsonException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedJsonException(String message) {
    super(message);
  }
}
