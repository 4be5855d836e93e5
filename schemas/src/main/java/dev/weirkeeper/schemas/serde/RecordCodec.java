package dev.weirkeeper.schemas.serde;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The two directions between records and bytes, whoever carries them out. */
final class RecordCodec {

  private RecordCodec() {}

  /** Records to bytes. */
  interface Writing {
    byte[] write(String topic, SpecificRecord record);
  }

  /** Bytes to records. */
  interface Reading {
    SpecificRecord read(String topic, @Nullable Headers headers, byte[] bytes);
  }
}
