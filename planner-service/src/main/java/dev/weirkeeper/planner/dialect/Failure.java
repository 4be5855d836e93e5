package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelErrorKind;

/**
 * Why an exchange with a provider gave no usable reply.
 *
 * @param kind the kind, as the wire names it
 * @param message what happened, for people
 * @param remedy what may be done about it
 */
public record Failure(ModelErrorKind kind, String message, Remedy remedy) {

  /** The same with other words. */
  public Failure saying(String other) {
    return new Failure(kind, other, remedy);
  }

  /** The same with another remedy. */
  public Failure with(Remedy other) {
    return new Failure(kind, message, other);
  }
}
