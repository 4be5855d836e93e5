package dev.weirkeeper.audit.chain;

import org.apache.kafka.common.header.Headers;

/** Where in a value the Avro bytes begin, by the three forms of the wire format. */
final class Framing {

  private static final String SCHEMA_HEADER = "__value_schema_id";
  private static final int ID_PREFIX = 5;
  private static final int GUID_PREFIX = 17;

  private Framing() {}

  static int avroStart(byte[] value, Headers headers) {
    if (headers.lastHeader(SCHEMA_HEADER) != null) {
      return 0;
    }
    return Math.min(value.length, value.length > 0 && value[0] == 1 ? GUID_PREFIX : ID_PREFIX);
  }
}
