package dev.weirkeeper.operations.config;

import java.util.List;
import java.util.stream.Collectors;

/** The settings given can't be used. Holds every problem, not just the first. */
public final class ConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** Wraps the problems, of which there must be one at least. */
  public ConfigurationException(List<Problem> problems) {
    super(
        (problems.size() == 1
                ? "1 problem with the settings:\n"
                : problems.size() + " problems with the settings:\n")
            + problems.stream().map(problem -> "  " + problem).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Every problem found, in the order of declaration, unknown keys last. */
  public List<Problem> problems() {
    return problems;
  }
}
