package dev.weirkeeper.audit.query;

import org.jspecify.annotations.Nullable;

/** A question that can't be answered as it was asked. */
public final class BadQuestionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String parameter;

  /**
   * @param parameter what is wrong
   * @param problem what is wrong with it and what would be right, as a clause that follows its name
   */
  public BadQuestionException(String parameter, String problem) {
    this(parameter, problem, null);
  }

  /** The same with what showed it. */
  public BadQuestionException(String parameter, String problem, @Nullable Throwable cause) {
    super(parameter + " " + problem, cause);
    this.parameter = parameter;
  }

  /** What is wrong. */
  public String parameter() {
    return parameter;
  }
}
