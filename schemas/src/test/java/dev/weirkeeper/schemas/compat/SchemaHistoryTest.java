package dev.weirkeeper.schemas.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weirkeeper.schemas.registration.Subject;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.JournalRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every record that outlives the program that wrote it, on a topic or in a state store, against
 * every version of it that was ever released. Released versions are kept in {@code
 * src/main/schema-history/<Record>/v1.avsc}, {@code v2.avsc} and so on, and never change.
 */
class SchemaHistoryTest {

  private static final Path HISTORY = Path.of("src/main/schema-history");
  private static final String RECORD =
      "mvn -pl schemas test -Dtest=SchemaHistoryTest -Dschema.history=record";
  private static final boolean RECORDING =
      "record".equals(System.getProperty("schema.history", ""));
  private static final boolean SNAPSHOT =
      Objects.requireNonNull(System.getProperty("project.version")).endsWith("-SNAPSHOT");

  static Stream<Schema> records() {
    Map<String, Schema> byName = new TreeMap<>();
    Subject.of(new Topics("").all(List.of(Topics.DEFAULT_POOL)))
        .forEach(s -> byName.put(s.schema().getName(), s.schema()));
    Schema journal = JournalRecord.getClassSchema();
    byName.put(journal.getName(), journal);
    return byName.values().stream().map(SchemaHistoryTest::portable);
  }

  @ParameterizedTest
  @MethodSource("records")
  void this_build_reads_what_every_released_version_wrote(Schema now, TestReporter reporter) {
    List<Schema> released = released(now);
    if (RECORDING && (released.isEmpty() || !released.getLast().equals(now))) {
      record(now, released.size() + 1);
      released = released(now);
    }

    boolean forward = true;
    for (int i = 0; i < released.size(); i++) {
      List<String> problems = problems(now, released.get(i));
      if (!problems.isEmpty()) {
        fail(
            "%s can't read what its version %d wrote:%n  %s%n"
                    .formatted(now.getName(), i + 1, String.join("\n  ", problems))
                + "Give a new field a default, keep the type of an old one, or add a field beside it."
                + " If that version was never released, delete its file in "
                + HISTORY
                + " and record it anew: "
                + RECORD);
      }
      forward &= problems(released.get(i), now).isEmpty();
    }
    reporter.publishEntry(
        now.getName(),
        (forward ? CompatibilityLevel.FULL_TRANSITIVE : CompatibilityLevel.BACKWARD_TRANSITIVE)
            + " over "
            + released.size()
            + " released version(s)");
  }

  @ParameterizedTest
  @MethodSource("records")
  void a_released_build_has_its_schemas_in_the_history(Schema now) {
    List<Schema> released = released(now);
    boolean unchanged = !released.isEmpty() && released.getLast().equals(now);
    assertThat(unchanged || SNAPSHOT)
        .as("%s is not what its history ends with; run: %s", now.getName(), RECORD)
        .isTrue();
  }

  @Test
  void a_record_that_was_released_is_never_dropped() throws IOException {
    List<String> current = records().map(Schema::getName).toList();
    try (Stream<Path> kept = Files.list(HISTORY)) {
      assertThat(kept.map(p -> p.getFileName().toString()))
          .as("records on disks and topics that this build could not read")
          .isSubsetOf(current);
    }
  }

  private static List<String> problems(Schema reader, Schema writer) {
    SchemaCompatibility.SchemaPairCompatibility pair =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    return pair.getType() == SchemaCompatibilityType.COMPATIBLE
        ? List.of()
        : pair.getResult().getIncompatibilities().stream()
            .map(i -> "%s at %s: %s".formatted(i.getType(), i.getLocation(), i.getMessage()))
            .toList();
  }

  /** The versions from the first to the last, without a gap. */
  private static List<Schema> released(Schema now) {
    List<Schema> versions = new ArrayList<>();
    for (Path file = file(now, 1); Files.exists(file); file = file(now, versions.size() + 1)) {
      try {
        versions.add(new Schema.Parser().parse(file.toFile()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return versions;
  }

  private static void record(Schema now, int version) {
    try {
      Path file = file(now, version);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, SchemaFormatter.format("json/pretty", now) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(Schema schema, int version) {
    return HISTORY.resolve(schema.getName()).resolve("v" + version + ".avsc");
  }

  /** Without the notes that only Java understands: what the registry has. */
  private static Schema portable(Schema schema) {
    return new Schema.Parser()
        .parse(
            schema
                .toString()
                .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"")
                .replace(",\"avro.java.string\":\"String\"", ""));
  }
}
