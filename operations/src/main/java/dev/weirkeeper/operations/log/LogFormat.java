package dev.weirkeeper.operations.log;

/** How log lines are written. */
public enum LogFormat {
  /** A line for people: time, level, thread, logger, message. */
  TEXT,
  /** One JSON object per line for collectors. */
  JSON
}
