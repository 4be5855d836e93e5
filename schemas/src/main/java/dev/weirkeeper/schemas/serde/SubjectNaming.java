package dev.weirkeeper.schemas.serde;

import org.apache.avro.Schema;

/** Under which subject a record's schema is registered. */
enum SubjectNaming {
  /** {@code <topic>-value} or {@code <topic>-key}: the registry's default, and ours. */
  TOPIC {
    @Override
    String subject(String topic, boolean key, Schema schema) {
      return topic + (key ? "-key" : "-value");
    }
  },
  /** The full name of the record. */
  RECORD {
    @Override
    String subject(String topic, boolean key, Schema schema) {
      return schema.getFullName();
    }
  },
  /** {@code <topic>-<full name of the record>}. */
  TOPIC_RECORD {
    @Override
    String subject(String topic, boolean key, Schema schema) {
      return topic + "-" + schema.getFullName();
    }
  };

  abstract String subject(String topic, boolean key, Schema schema);
}
