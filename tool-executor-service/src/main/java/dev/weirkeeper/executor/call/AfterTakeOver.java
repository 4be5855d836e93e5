package dev.weirkeeper.executor.call;

/** What to do with a call whose executor is gone, once it is ours. */
public sealed interface AfterTakeOver {

  /** Run it again with the same key: the tool honours it. */
  record RunAgain() implements AfterTakeOver {}

  /** Ask the tool what the earlier run did. */
  record Reconcile() implements AfterTakeOver {}
}
