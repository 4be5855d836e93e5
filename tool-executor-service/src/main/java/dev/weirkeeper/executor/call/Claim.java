package dev.weirkeeper.executor.call;

import java.time.Duration;

/** What an executor finds in the journal when it wants to run a call with side effects. */
public sealed interface Claim {

  /** It is ours: nobody has run the call, and nobody else may while we hold this epoch. */
  record Granted(long epoch) implements Claim {}

  /** It has ended, with this outcome. */
  record Done(Outcome outcome, int tries) implements Claim {}

  /** Another executor is running it now and has said so within this time. */
  record Held(String owner, Duration lease) implements Claim {}

  /** An executor claimed it and has not been heard of since: it may have run or not. */
  record Deserted(String owner, long epoch) implements Claim {}

  /** The same id has been claimed for other arguments. */
  record Mismatched() implements Claim {}
}
