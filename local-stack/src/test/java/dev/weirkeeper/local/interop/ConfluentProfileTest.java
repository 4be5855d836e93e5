package dev.weirkeeper.local.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.random.WireTypes;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The vendor's classes in our place, by the two settings. Runs with {@code -Pconfluent}. */
@WithBroker
@Tag("confluent")
class ConfluentProfileTest {

  private static final String SERIALIZER = "io.confluent.kafka.serializers.KafkaAvroSerializer";
  private static final String DESERIALIZER = "io.confluent.kafka.serializers.KafkaAvroDeserializer";

  @Test
  void every_record_type_is_written_by_one_and_read_by_the_other(KafkaForTests kafka) {
    Map<String, Object> theirs = kafka.settings();
    theirs.put("avro.serializer.class", SERIALIZER);
    theirs.put("avro.deserializer.class", DESERIALIZER);
    AvroSerializer<SpecificRecord> vendorWrites = new AvroSerializer<>(theirs);
    AvroSerializer<SpecificRecord> weWrite = new AvroSerializer<>(kafka.settings());
    AvroDeserializer<SpecificRecord> vendorReads = AvroDeserializer.ofAnyRecord(theirs);
    AvroDeserializer<SpecificRecord> weRead = AvroDeserializer.ofAnyRecord(kafka.settings());
    RandomRecords random = new RandomRecords(8);
    for (Class<? extends SpecificRecord> type : WireTypes.all()) {
      String topic = kafka.prefix() + type.getSimpleName();
      SpecificRecord record = random.next(type);

      byte[] ours = Objects.requireNonNull(weWrite.serialize(topic, record));
      byte[] vendors = Objects.requireNonNull(vendorWrites.serialize(topic, record));

      assertThat(vendors).startsWith(Arrays.copyOf(ours, 5));
      assertThat(vendorReads.deserialize(topic, ours)).isEqualTo(record);
      assertThat(weRead.deserialize(topic, vendors)).isEqualTo(record);
      assertThatThrownBy(() -> vendorReads.deserialize(topic, Arrays.copyOf(ours, ours.length - 1)))
          .isInstanceOf(UnreadableRecordException.class);
    }
  }
}
