package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelErrorKind;

/** A reply turned out to be no reply while it was read. */
public final class UnusableReplyException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  UnusableReplyException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** The reply is not of the form that the provider documents. It may have been charged. */
  public static UnusableReplyException nonsense(String what) {
    return new UnusableReplyException(
        new Failure(
            ModelErrorKind.BAD_REPLY,
            "the provider's reply can't be used: " + what,
            Remedy.ASK_AGAIN));
  }

  /** What it was instead. */
  public Failure failure() {
    return failure;
  }
}
