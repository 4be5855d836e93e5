package dev.weirkeeper.executor.tool;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method a tool that models can call.
 *
 * <p>The method takes at most one input record and at most one {@link ToolContext}, in any order.
 * What it returns becomes the result: a {@link String} as it is, everything else as JSON, nothing
 * for {@code void}. It may throw {@link ToolFailure} to say what went wrong in words a model can
 * act on. It must be thread-safe: calls run at the same time.
 *
 * <p>The components of the input record become the tool's arguments, their names in snake case;
 * describe them with {@link Param}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Tool {

  /** 1 to 64 letters, digits, {@code -} and {@code _}: what every model provider accepts. */
  String name();

  /** What the model is told: what the tool does, when to use it and when not. */
  String description();

  /**
   * Changes or sends something that can't be taken back: needs an approval unless a rule lets it
   * through.
   */
  boolean destructive() default false;

  /** Changes nothing: may be run again at will. Excludes {@link #destructive()}. */
  boolean readOnly() default false;

  /**
   * Honours {@link ToolContext#idempotencyKey()}: a second run with the same key changes nothing
   * more. Such a call is run again after a crash; others with side effects are not.
   */
  boolean idempotent() default false;

  /**
   * Longest run of one call, its retries included: a number and {@code ms}, {@code s}, {@code m} or
   * {@code h}.
   */
  String timeout() default "30s";

  /**
   * Tries per call, the first included, when the tool fails with a {@linkplain ToolFailure#retry
   * retryable} failure.
   */
  int maxAttempts() default 3;

  /** Wait before the second try; doubles with each further one, with jitter. */
  String backoff() default "200ms";

  /** Longest wait between two tries. */
  String maxBackoff() default "10s";

  /** Longest result shown to the model whole, in bytes of UTF-8. */
  int maxResultBytes() default 64 * 1024;

  /** The pool of executors that runs it: lower-case letters, digits and dashes. */
  String pool() default "default";

  /** Most calls of this tool at once in one executor; 0 leaves it to the executor's own bound. */
  int concurrency() default 0;

  /**
   * Most calls started per time in one executor, such as {@code 10/s} or {@code 100/m}; empty for
   * no limit.
   */
  String rate() default "";

  /**
   * Class path resource with a JSON Schema to use instead of the generated one; empty to generate.
   */
  String schema() default "";

  /**
   * Name of a method of the same object, with the same parameters, that finds out whether an
   * earlier run of the call took effect and returns a {@link Reconciliation}. Empty if there is no
   * way to tell.
   */
  String reconcile() default "";
}
