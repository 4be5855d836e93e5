package dev.weirkeeper.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The schema registry does not take a schema: it is incompatible with an earlier version of its
 * subject, or it is not there and may not be registered by this program. Repeating does not help.
 */
public final class SchemaRefusedException extends SerializationException {

  private static final long serialVersionUID = 1L;

  SchemaRefusedException(String message) {
    super(message);
  }
}
