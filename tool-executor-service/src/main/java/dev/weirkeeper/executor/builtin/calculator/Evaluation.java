package dev.weirkeeper.executor.builtin.calculator;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** The outcome of evaluating one expression. */
sealed interface Evaluation {

  /**
   * A number.
   *
   * @param result decimal digits, in scientific notation where plain digits would be unreadable
   * @param exact whether {@code result} is the value itself rather than the nearest shown decimal
   * @param fraction the value as {@code numerator/denominator} if it is a short fraction that no
   *     decimal states exactly, such as {@code 1/3}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Value(String result, boolean exact, @Nullable String fraction) implements Evaluation {}

  /**
   * The expression has no value.
   *
   * @param position character of the expression that is to blame, counted from 1
   * @param message what is wrong there
   * @param hint what to write instead
   */
  record Rejected(int position, String message, String hint) implements Evaluation {}
}
