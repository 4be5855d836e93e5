package dev.weirkeeper.operations.log;

/** Least level of the lines that are written. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR,
  OFF
}
