package dev.weirkeeper.executor.call;

import java.time.Duration;

/** What to do once the journal has been asked. */
public sealed interface AfterClaim {

  /** Run it under this epoch. */
  record Run(long epoch) implements AfterClaim {}

  /** Answer what is recorded; nothing runs. */
  record AnswerFromJournal(Outcome outcome, int tries) implements AfterClaim {}

  /** Another executor is at it: ask again after this time. */
  record AskAgain(Duration pause) implements AfterClaim {}

  /** Take it over from an executor that is gone, if that epoch still stands; ask again if not. */
  record TakeOver(String owner, long epoch) implements AfterClaim {}

  /** Answer with this error and record nothing. */
  record Refuse(CallError error) implements AfterClaim {}
}
