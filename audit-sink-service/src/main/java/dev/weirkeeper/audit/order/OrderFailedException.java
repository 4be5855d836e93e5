package dev.weirkeeper.audit.order;

/** An order did not become safe, or nobody knows whether it did. */
public final class OrderFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OrderFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
