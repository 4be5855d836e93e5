package dev.weirkeeper.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record can't be read and never will be: its producer is at fault, and the record
 * belongs into the dead letters. The message says why in words.
 */
public final class UnreadableRecordException extends SerializationException {

  private static final long serialVersionUID = 1L;

  /** The kind of fault, for counting. */
  public enum Reason {
    /** No bytes at all. A record without a value is something else: it reads as null. */
    EMPTY,
    /** Longer than the reader accepts. */
    TOO_LONG,
    /** Not the wire format: the first byte or the schema header is wrong, or it ends too early. */
    NOT_FRAMED,
    /** The registry has no usable Avro schema under the record's id. */
    UNKNOWN_SCHEMA,
    /** A record of another type than the reader expects, or of a type that is not ours. */
    WRONG_TYPE,
    /** The bytes do not fit their schema, or their schema does not fit the reader. */
    MALFORMED,
    /** The record is followed by more bytes. */
    TRAILING_BYTES
  }

  private final Reason reason;

  UnreadableRecordException(Reason reason, String message) {
    this(reason, message, null);
  }

  UnreadableRecordException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The kind of fault. */
  public Reason reason() {
    return reason;
  }
}
