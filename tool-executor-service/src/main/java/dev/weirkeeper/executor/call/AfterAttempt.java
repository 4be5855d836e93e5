package dev.weirkeeper.executor.call;

import java.time.Duration;

/** What to do after a try. */
public sealed interface AfterAttempt {

  /** Answer. */
  record Answer(Outcome outcome) implements AfterAttempt {}

  /** Try again after a wait. */
  record TryAgain(Duration pause) implements AfterAttempt {}

  /** Hand the call back: another executor may take it at once. */
  record HandBack() implements AfterAttempt {}
}
