package dev.weirkeeper.planner.edge;

/** An input that is well-formed and still can't be used. The message says why. */
final class UnusableInputException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableInputException(String message) {
    super(message);
  }
}
