package dev.weirkeeper.audit.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.SessionEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class AuditFileTest {

  private static final Map<String, String> SERDE =
      Map.of("schema.registry.url", "mock://audit-file");

  private final Topics topics = new Topics("agent.");
  private final AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(SERDE);
  private final Random random = new Random(17);

  @Test
  void a_file_that_was_not_touched_is_right() throws IOException {
    AtomicInteger seen = new AtomicInteger();
    List<ConsumerRecord<byte[], byte[]>> records = records();

    Optional<Finding> found =
        AuditFile.verify(
            reader(file(records).getBytes(UTF_8)),
            record -> {
              seen.incrementAndGet();
              return Optional.empty();
            });

    assertThat(found).isEmpty();
    assertThat(seen).hasValue(records.size());
  }

  /** Ten thousand ways of changing one byte, dropping a line, swapping two lines. */
  @Test
  void R17_every_one_of_10000_mutations_is_found_where_it_was_made() throws IOException {
    byte[] file = file(records()).getBytes(UTF_8);
    List<Integer> starts = lineStarts(file);
    int missed = 0;
    for (int i = 0; i < 10_000; i++) {
      int line;
      byte[] changed;
      switch (i % 4) {
        case 0 -> {
          line = random.nextInt(starts.size() - 1);
          changed = without(file, starts.get(line), starts.get(line + 1));
        }
        case 1 -> {
          line = random.nextInt(starts.size() - 2);
          changed = swapped(file, starts.get(line), starts.get(line + 1), starts.get(line + 2));
        }
        default -> {
          int at = random.nextInt(file.length);
          line = lineOf(starts, at);
          changed = file.clone();
          changed[at] ^= (byte) (1 << random.nextInt(8));
        }
      }
      Optional<Finding> found = verify(changed);
      if (found.isEmpty() || !names(found.get(), line)) {
        missed++;
        assertThat(found).as("mutation %d of line %d", i, line + 1).isPresent();
      }
    }
    assertThat(missed).isZero();
  }

  @Test
  void a_file_forged_with_right_line_hashes_still_breaks_the_sessions_chain() throws IOException {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(records());
    List<Integer> events = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      if (records.get(i).topic().equals(topics.events().name())) {
        events.add(i);
      }
    }
    int missing = events.get(5);
    records.remove(missing);

    Optional<Finding> found = verify(file(records).getBytes(UTF_8));

    assertThat(found).get().extracting(Finding::kind).isEqualTo(Finding.Kind.GAP);
  }

  private Optional<Finding> verify(byte[] file) throws IOException {
    RecordAudit audit =
        new RecordAudit(
            topics.events().name(), AvroDeserializer.ofAnyRecord(SERDE), List.of(), false);
    return AuditFile.verify(
        reader(file),
        record -> {
          audit.next("", record, new byte[0], true);
          return audit.findings().stream().findFirst();
        });
  }

  private static InputStreamReader reader(byte[] file) {
    return new InputStreamReader(new ByteArrayInputStream(file), UTF_8);
  }

  /** The finding is about the line, or about the next if the line is gone. */
  private static boolean names(Finding found, int line) {
    return found.place().topic().equals("line")
        && (found.place().offset() == line + 1L || found.place().offset() == line + 2L);
  }

  private String file(List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
    StringWriter file = new StringWriter();
    try (AuditFile.Writing out = new AuditFile.Writing(file)) {
      for (ConsumerRecord<byte[], byte[]> record : records) {
        out.write(record);
      }
    }
    return file.toString();
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (SampleLog.Entry entry : new SampleLog(topics, 1, 3, 30).sessions(0, 3)) {
      ConsumerRecord<byte[], byte[]> record =
          new ConsumerRecord<>(
              entry.topic(),
              0,
              records.size(),
              entry.key().getBytes(UTF_8),
              serializer.serialize(entry.topic(), entry.value()));
      if (entry.value() instanceof SessionEvent) {
        record.headers().add("traceparent", "00-ab".getBytes(UTF_8)).add("empty", null);
      }
      records.add(record);
    }
    return records;
  }

  private static List<Integer> lineStarts(byte[] file) {
    List<Integer> starts = new ArrayList<>(List.of(0));
    for (int i = 0; i < file.length; i++) {
      if (file[i] == '\n') {
        starts.add(i + 1);
      }
    }
    return starts;
  }

  private static int lineOf(List<Integer> starts, int at) {
    int line = 0;
    while (line + 1 < starts.size() && starts.get(line + 1) <= at) {
      line++;
    }
    return line;
  }

  private static byte[] without(byte[] file, int from, int to) {
    byte[] rest = new byte[file.length - (to - from)];
    System.arraycopy(file, 0, rest, 0, from);
    System.arraycopy(file, to, rest, from, file.length - to);
    return rest;
  }

  private static byte[] swapped(byte[] file, int first, int second, int end) {
    byte[] changed = file.clone();
    System.arraycopy(file, second, changed, first, end - second);
    System.arraycopy(file, first, changed, first + end - second, second - first);
    return changed;
  }
}
