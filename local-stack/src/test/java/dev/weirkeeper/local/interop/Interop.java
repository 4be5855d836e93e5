package dev.weirkeeper.local.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.random.WireTypes;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;

/** The same records through our serializers and the vendor's, in both directions. */
final class Interop {

  static final int RECORDS = 10_000;

  private static final Path DIRECTORY =
      Path.of(Objects.requireNonNull(System.getProperty("interop.directory")));

  private Interop() {}

  static Path directory() {
    return DIRECTORY;
  }

  /**
   * Sends random records of every type both ways.
   *
   * @param prefix of the topics, so that runs against one registry do not share subjects
   */
  static void exchange(String registryUrl, String prefix, int records, long seed) throws Exception {
    Map<String, Object> config = Map.of("schema.registry.url", registryUrl);
    List<Class<? extends SpecificRecord>> types = WireTypes.all();
    RandomRecords random = new RandomRecords(seed);
    try (VendorSerdes vendor =
            new VendorSerdes(DIRECTORY.resolve("vendor-serializers.jar"), config);
        AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(config);
        AvroDeserializer<SpecificRecord> deserializer = AvroDeserializer.ofAnyRecord(config)) {
      for (int i = 0; i < records; i++) {
        Class<? extends SpecificRecord> type = types.get(i % types.size());
        SpecificRecord record = random.next(type);
        String topic = prefix + type.getSimpleName();
        String which = "record %d of seed %d, a %s".formatted(i, seed, type.getSimpleName());

        byte[] ours = Objects.requireNonNull(serializer.serialize(topic, record));
        assertThat(vendor.read(topic, ours))
            .as("ours read by the vendor's: " + which)
            .isEqualTo(VendorSerdes.plainOurs(record));

        byte[] theirs = vendor.write(topic, record);
        assertThat(deserializer.deserialize(topic, theirs))
            .as("the vendor's read by ours: " + which)
            .isEqualTo(record);
        assertThat(theirs).as("schema id: " + which).startsWith(java.util.Arrays.copyOf(ours, 5));
      }
    }
  }
}
