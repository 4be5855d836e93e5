package dev.weirkeeper.executor.tool;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one argument of a tool, on a component of its input record.
 *
 * <p>An argument may be left out if its type is an {@link java.util.Optional}, if it is marked
 * {@code @Nullable}, or if it has a {@link #defaultValue()}. A Java enum becomes a JSON enum of its
 * constants in lower case.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Param {

  /** What it means, for the model. */
  String value() default "";

  /** Good values: text as it is for strings and enums, JSON for the rest. */
  String[] examples() default {};

  /**
   * Value when left out: text as it is for strings and enums, JSON for the rest. Empty for none.
   */
  String defaultValue() default "";

  /** Smallest number, inclusive, as a decimal. Empty for none. */
  String min() default "";

  /** Largest number, inclusive, as a decimal. Empty for none. */
  String max() default "";

  /** Fewest characters of a string or entries of a list. */
  int minLength() default 0;

  /** Most characters of a string or entries of a list. */
  int maxLength() default Integer.MAX_VALUE;

  /**
   * Regular expression that a string must contain a match of; anchor it with {@code ^} and {@code
   * $}.
   */
  String pattern() default "";

  /**
   * Format of a string as JSON Schema names them, such as {@code email}, {@code date} or {@code
   * uri}; it is checked.
   */
  String format() default "";
}
