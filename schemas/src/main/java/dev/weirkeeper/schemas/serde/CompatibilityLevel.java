package dev.weirkeeper.schemas.serde;

/**
 * Which earlier versions a new version of a schema must get on with, by the registry's own names.
 * Backward: the new version reads what the old ones wrote. Forward: the old ones read what the new
 * one writes. Transitive: all earlier versions count, not only the last.
 */
public enum CompatibilityLevel {
  NONE,
  BACKWARD,
  BACKWARD_TRANSITIVE,
  FORWARD,
  FORWARD_TRANSITIVE,
  FULL,
  FULL_TRANSITIVE;

  /** New versions must read what earlier ones wrote. */
  public boolean backward() {
    return this == BACKWARD || this == BACKWARD_TRANSITIVE || full();
  }

  /** Earlier versions must read what new ones write. */
  public boolean forward() {
    return this == FORWARD || this == FORWARD_TRANSITIVE || full();
  }

  /** All earlier versions count. */
  public boolean transitive() {
    return this == BACKWARD_TRANSITIVE || this == FORWARD_TRANSITIVE || this == FULL_TRANSITIVE;
  }

  private boolean full() {
    return this == FULL || this == FULL_TRANSITIVE;
  }
}
