package dev.weirkeeper.schemas.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.random.WireTypes;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.wire.Task;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Bytes that nobody honest wrote: bounded time and memory, and one kind of exception. */
class HostileBytesTest {

  private static final int RECORDS = 100_000;
  private static final long SEED = 9;

  /** What an exception and its stack trace take, whatever the record. */
  private static final long FIXED_BYTES = 256 * 1024;

  /** The smallest element of a list is a few bytes and becomes an object with a few texts. */
  private static final long BYTES_PER_BYTE = 200;

  private static final int[] AWKWARD = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff};

  /** Numbers that are lengths and counts if they land in the right place. */
  private static final byte[][] HUGE = {
    {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
    {
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      0x01
    },
    {
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80,
      (byte) 0x80
    },
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x08}
  };

  private final Wire wire = new Wire();
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void a_hundred_thousand_mutated_records_are_read_or_refused_within_bounds() {
    Random random = new Random(SEED);
    List<byte[]> honest = honestRecords();
    Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
    int read = 0;
    for (int i = 0; i < RECORDS; i++) {
      byte[] bytes = mutate(honest.get(i % honest.size()), honest, random);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        SpecificRecord record = wire.read(bytes);
        read++;
        // What is accepted is a whole record: it can be written and is read as the same.
        assertThat(wire.read(wire.write(record))).as(shown(i, bytes)).isEqualTo(record);
      } catch (UnreadableRecordException e) {
        refused.merge(e.reason(), 1, Integer::sum);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(shown(i, bytes), e);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for " + shown(i, bytes))
          .isLessThan(FIXED_BYTES + 4 * BYTES_PER_BYTE * bytes.length);
    }
    assertThat(refused)
        .containsKeys(
            Reason.EMPTY,
            Reason.NOT_FRAMED,
            Reason.UNKNOWN_SCHEMA,
            Reason.MALFORMED,
            Reason.TRAILING_BYTES);
    assertThat(read).isPositive();
  }

  @Test
  void a_long_record_of_the_smallest_elements_takes_memory_in_proportion() throws Exception {
    Schema schema = Wire.schema(dev.weirkeeper.wire.SessionEvent.class);
    byte[] empty =
        wire.write(emptied(new RandomRecords(5).next(dev.weirkeeper.wire.SessionEvent.class)));
    // The empty list of effects is one zero byte; in its place goes a list of empty ones.
    int items = 300_000;
    SpecificRecord event = wire.read(empty);
    List<dev.weirkeeper.wire.EffectSummary> effects = new ArrayList<>();
    dev.weirkeeper.wire.EffectSummary effect =
        dev.weirkeeper.wire.EffectSummary.newBuilder().setKind("").setId("").build();
    for (int i = 0; i < items; i++) {
      effects.add(effect);
    }
    event.put(schema.getField("effects").pos(), effects);
    byte[] bytes = wire.write(event);

    long before = threads.getCurrentThreadAllocatedBytes();
    wire.read(bytes);

    assertThat(bytes.length).isGreaterThan(3 * items);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .isLessThan(FIXED_BYTES + BYTES_PER_BYTE * bytes.length);
  }

  @Test
  void a_writers_schema_by_which_few_bytes_would_fill_the_memory_is_refused() {
    assertRefused(
        "list of things that take no bytes",
        """
        {"type":"array","items":"null"}""");
    assertRefused(
        "list of things that take no bytes",
        """
        {"type":"array","items":{"type":"record","name":"Nothing","fields":[]}}""");
    assertRefused(
        "list of things that take no bytes",
        """
        {"type":"array","items":{"type":"fixed","name":"None","size":0}}""");
    assertRefused(
        "contains itself",
        """
        {"type":"record","name":"Loop","fields":[{"name":"next","type":["null","Loop"]}]}""");
    assertRefused(
        "nested more than",
        "{\"type\":\"array\",\"items\":".repeat(60) + "\"int\"" + "}".repeat(60));
  }

  @Test
  void a_writers_schema_can_not_name_a_class_to_load() {
    assertThat(
            catchReason(
                """
                {"type":"record","namespace":"java.io","name":"File","fields":[]}"""))
        .isEqualTo(Reason.WRONG_TYPE);
    // An enum of ours is not a record of ours.
    assertThat(
            catchReason(
                """
                {"type":"record","namespace":"dev.weirkeeper.wire","name":"AgentMode","fields":[]}"""))
        .isEqualTo(Reason.WRONG_TYPE);
    assertThat(
            catchReason(
                """
                {"type":"enum","namespace":"dev.weirkeeper.wire","name":"Task","symbols":["A"]}"""))
        .isEqualTo(Reason.WRONG_TYPE);
    assertThat(catchReason("\"string\"")).isEqualTo(Reason.WRONG_TYPE);
    String text =
        """
        {"type":"string","java-class":"java.net.URL"}""";
    Task task = new RandomRecords(7).next(Task.class);
    Schema schema = new Schema.Parser().parse(taskWith("added_later", text));
    assertThat(wire.read(wire.writeAs(schema, task, Map.of("added_later", "x")))).isEqualTo(task);
  }

  private void assertRefused(String why, String type) {
    Schema hostile = new Schema.Parser().parse(taskWith("added_later", type));
    assertThatThrownBy(() -> wire.read(wire.framed(hostile, new byte[20])))
        .isInstanceOfSatisfying(
            UnreadableRecordException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining(why);
  }

  private Reason catchReason(String schema) {
    try {
      wire.read(wire.framed(new Schema.Parser().parse(schema), new byte[20]));
    } catch (UnreadableRecordException e) {
      return e.reason();
    }
    throw new AssertionError("read by " + schema);
  }

  /** The schema of Task with one field more, of any type. */
  private static String taskWith(String name, String type) {
    String task = Wire.schema(Task.class).toString();
    int end = task.lastIndexOf(']');
    return task.substring(0, end)
        + ",{\"name\":\""
        + name
        + "\",\"type\":"
        + type
        + "}"
        + task.substring(end);
  }

  private List<byte[]> honestRecords() {
    RandomRecords random = new RandomRecords(SEED);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      WireTypes.all().forEach(type -> records.add(wire.write(random.next(type))));
    }
    return records;
  }

  private static byte[] mutate(byte[] honest, List<byte[]> all, Random random) {
    byte[] bytes = honest.clone();
    for (int rounds = 1 + random.nextInt(3); rounds > 0; rounds--) {
      int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      // Mostly behind the schema id, which is easily broken.
      int payload = bytes.length <= 5 ? at : 5 + random.nextInt(bytes.length - 5);
      bytes =
          switch (random.nextInt(9)) {
            case 0 ->
                set(
                    bytes,
                    payload,
                    bytes.length == 0 ? 0 : bytes[payload] ^ (1 << random.nextInt(8)));
            case 1 -> set(bytes, payload, AWKWARD[random.nextInt(AWKWARD.length)]);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> splice(bytes, payload, HUGE[random.nextInt(HUGE.length)], random.nextInt(3));
            case 4 -> splice(bytes, payload, noise(random), 0);
            case 5 -> splice(bytes, bytes.length, noise(random), 0);
            case 6 -> splice(bytes, payload, Arrays.copyOfRange(bytes, payload, bytes.length), 0);
            case 7 -> {
              byte[] other = all.get(random.nextInt(all.size()));
              yield splice(Arrays.copyOf(bytes, payload), payload, other, 0);
            }
            default -> set(bytes, random.nextInt(5), AWKWARD[random.nextInt(AWKWARD.length)]);
          };
    }
    return bytes;
  }

  private static byte[] set(byte[] bytes, int at, int value) {
    if (at < bytes.length) {
      bytes[at] = (byte) value;
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, byte[] insert, int drop) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int from = Math.min(at, bytes.length);
    out.write(bytes, 0, from);
    out.writeBytes(insert);
    int rest = Math.min(bytes.length, from + drop);
    out.write(bytes, rest, bytes.length - rest);
    return out.toByteArray();
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[1 + random.nextInt(16)];
    random.nextBytes(noise);
    return noise;
  }

  private static SpecificRecord emptied(SpecificRecord event) {
    for (Schema.Field field : event.getSchema().getFields()) {
      if (field.schema().getType() == Schema.Type.ARRAY) {
        event.put(field.pos(), List.of());
      }
    }
    return event;
  }

  private static String shown(int number, byte[] bytes) {
    return "record %d of seed %d: %s".formatted(number, SEED, HexFormat.of().formatHex(bytes));
  }
}
