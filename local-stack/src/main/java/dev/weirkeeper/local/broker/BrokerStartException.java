package dev.weirkeeper.local.broker;

import java.net.BindException;

/** The embedded broker could not be started; the message says which and what to do. */
public final class BrokerStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BrokerStartException(BrokerSettings settings, Throwable cause) {
    super(
        "the broker on 127.0.0.1:%d with data in %s did not start: %s"
            .formatted(settings.port(), settings.data(), reason(cause)),
        cause);
  }

  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    if (deepest instanceof BindException) {
      return "the port is taken; stop what listens there or choose another port";
    }
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }
}
