package dev.weirkeeper.cli.stack;

import java.time.Duration;

/** Hears how a start goes on. Called from several threads. */
@FunctionalInterface
public interface StackProgress {

  /** A part is ready. */
  void ready(String part, Duration took, String detail);
}
