package dev.weirkeeper.planner.json;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A pattern of a schema that gives up after a bounded number of steps. Schemas come from other
 * processes and arguments from a model, and backtracking can take time exponential in the text.
 */
record BoundedPattern(Pattern pattern) implements RegularExpression {

  /** Characters looked at before giving up: some milliseconds. */
  static final int MAX_STEPS = 1_000_000;

  static final RegularExpressionFactory FACTORY =
      expression -> new BoundedPattern(Pattern.compile(expression));

  /** A match took too many steps. */
  static final class TooCostly extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooCostly(Pattern pattern) {
      super("the pattern " + pattern + " takes too long on this text");
    }
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(new Counted(value, pattern, new AtomicInteger(MAX_STEPS))).find();
  }

  private record Counted(CharSequence text, Pattern pattern, AtomicInteger left)
      implements CharSequence {

    @Override
    public char charAt(int index) {
      if (left.getAndDecrement() <= 0) {
        throw new TooCostly(pattern);
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), pattern, left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
