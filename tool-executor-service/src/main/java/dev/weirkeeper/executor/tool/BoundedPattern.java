package dev.weirkeeper.executor.tool;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A pattern of a schema that gives up after a bounded number of steps, and then counts as not
 * matched. Arguments come from a model and schemas may come from elsewhere, and backtracking can
 * take time exponential in the text.
 */
record BoundedPattern(Pattern pattern) implements RegularExpression {

  /** Characters looked at before giving up: some milliseconds. */
  private static final int MAX_STEPS = 1_000_000;

  static final RegularExpressionFactory FACTORY =
      expression -> new BoundedPattern(Pattern.compile(expression));

  private static final class TooCostly extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public boolean matches(String value) {
    try {
      return pattern.matcher(new Counted(value, new AtomicInteger(MAX_STEPS))).find();
    } catch (TooCostly | StackOverflowError e) {
      return false;
    }
  }

  private record Counted(CharSequence text, AtomicInteger left) implements CharSequence {

    @Override
    public char charAt(int index) {
      if (left.getAndDecrement() <= 0) {
        throw new TooCostly();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
