package dev.weirkeeper.schemas.price;

import java.util.List;
import java.util.stream.Collectors;

/** A price file has mistakes. The author of the file has to mend them; all of them are named. */
public final class InvalidPriceBookException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One mistake.
   *
   * @param line line of the file, from 1
   * @param found what stands there
   * @param expected what should
   */
  public record Problem(int line, String found, String expected) {
    @Override
    public String toString() {
      return "line " + line + ": " + found + "; expected " + expected;
    }
  }

  InvalidPriceBookException(String origin, List<Problem> problems) {
    super(
        problems.stream()
            .map(problem -> origin + ", " + problem)
            .collect(Collectors.joining("\n", "The price book can't be used:\n", "")));
    this.problems = List.copyOf(problems);
  }

  /** Every mistake, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
