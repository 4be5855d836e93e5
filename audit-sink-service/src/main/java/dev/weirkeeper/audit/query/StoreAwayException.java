package dev.weirkeeper.audit.query;

/** The store can't answer now: it is away, or the question takes longer than it may. */
public final class StoreAwayException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean tooLong;

  StoreAwayException(String message, boolean tooLong, Throwable cause) {
    super(message, cause);
    this.tooLong = tooLong;
  }

  /** True if a smaller question would have been answered. */
  public boolean tooLong() {
    return tooLong;
  }
}
