package dev.weirkeeper.executor.journal;

/** The journal could not be asked or written: nothing is known about what it would have said. */
public final class JournalUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  JournalUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
