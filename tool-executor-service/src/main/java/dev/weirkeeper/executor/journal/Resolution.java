package dev.weirkeeper.executor.journal;

/** How an outcome came about. */
public enum Resolution {
  /** The call was run. */
  RUN,
  /** The tool found out what an interrupted run had done. */
  RECONCILED,
  /** An interrupted run left no trace that the tool could read. */
  UNKNOWN
}
