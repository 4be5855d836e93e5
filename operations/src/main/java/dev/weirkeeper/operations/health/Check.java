package dev.weirkeeper.operations.health;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One condition of being ready, or of being alive.
 *
 * <p>Asked on every probe, from several threads at once: answer from what is already known, within
 * milliseconds, and never throw.
 */
@FunctionalInterface
public interface Check {

  /**
   * What is waited for, or what is broken, as a clause with what to do where that helps, such as
   * {@code "PostgreSQL at db:5432 (connection refused since 12:00:05)"}; empty if all is well.
   */
  Optional<String> waitingFor();

  /** A condition that has one name for what is missing. */
  static Check of(String missing, BooleanSupplier met) {
    return () -> met.getAsBoolean() ? Optional.empty() : Optional.of(missing);
  }
}
