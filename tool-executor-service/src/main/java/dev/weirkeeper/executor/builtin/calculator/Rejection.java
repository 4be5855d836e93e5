package dev.weirkeeper.executor.builtin.calculator;

/**
 * Unwinds the evaluation of an expression that has no value. {@link Calculator} turns it into an
 * {@link Evaluation.Rejected}; it never leaves this package.
 */
final class Rejection extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int UNPLACED = -1;

  private final int position;
  private final String problem;
  private final String hint;

  private Rejection(int position, String problem, String hint) {
    super(problem, null, false, false);
    this.position = position;
    this.problem = problem;
    this.hint = hint;
  }

  /** A problem at a character of the expression, counted from 1. */
  static Rejection at(int position, String problem, String hint) {
    return new Rejection(position, problem, hint);
  }

  /** A problem of arithmetic, which does not know where in the expression it happens. */
  static Rejection ofArithmetic(String problem, String hint) {
    return new Rejection(UNPLACED, problem, hint);
  }

  /** This problem, blamed on the given character unless a closer one is known already. */
  Rejection placedAt(int fallback) {
    return position == UNPLACED ? new Rejection(fallback, problem, hint) : this;
  }

  Evaluation.Rejected toOutcome() {
    return new Evaluation.Rejected(Math.max(1, position), problem, hint);
  }
}
