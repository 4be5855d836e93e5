package dev.weirkeeper.system.check;

import dev.weirkeeper.system.check.Dump.Charge;
import dev.weirkeeper.system.check.Dump.DeadLetterRow;
import dev.weirkeeper.system.check.Dump.Effect;
import dev.weirkeeper.system.check.Dump.EventRow;
import dev.weirkeeper.system.check.Dump.LedgerRow;
import dev.weirkeeper.system.check.Dump.LogRow;
import dev.weirkeeper.system.check.Dump.RawRecord;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A dump on disk: one JSON object a line, compressed, each with one field that says what it holds.
 */
public final class DumpFile {

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String RUN = "run";
  private static final String SCHEMA = "schema";
  private static final String RECORD = "record";
  private static final String LOG = "log";
  private static final String LEDGER = "ledger";
  private static final String EVENT = "event";
  private static final String DEAD_LETTER = "dead_letter";
  private static final String EFFECT = "effect";
  private static final String CHARGE = "charge";

  private DumpFile() {}

  private record Run(boolean exactlyOnce, int partitions, String prefix) {}

  private record Schema(int id, String text) {}

  /** Writes a dump. */
  public static void write(Dump dump, Path file) throws IOException {
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8))) {
      line(out, RUN, new Run(dump.exactlyOnce(), dump.partitions(), dump.prefix()));
      for (Map.Entry<Integer, String> schema : dump.schemas().entrySet()) {
        line(out, SCHEMA, new Schema(schema.getKey(), schema.getValue()));
      }
      lines(out, RECORD, dump.records());
      lines(out, LOG, dump.log());
      lines(out, LEDGER, dump.ledger());
      lines(out, EVENT, dump.events());
      lines(out, DEAD_LETTER, dump.deadLetters());
      lines(out, EFFECT, dump.effects());
      lines(out, CHARGE, dump.charges());
    }
  }

  private static void lines(BufferedWriter out, String kind, List<?> values) throws IOException {
    for (Object value : values) {
      line(out, kind, value);
    }
  }

  private static void line(BufferedWriter out, String kind, Object value) throws IOException {
    ObjectNode line = MAPPER.createObjectNode();
    line.set(kind, MAPPER.valueToTree(value));
    out.write(line.toString());
    out.write('\n');
  }

  /** Reads a dump. */
  public static Dump read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    }
  }

  /**
   * Reads a dump.
   *
   * @throws IOException if it is none
   */
  public static Dump read(InputStream file) throws IOException {
    Run run = new Run(true, 0, "");
    Map<Integer, String> schemas = new HashMap<>();
    List<RawRecord> records = new ArrayList<>();
    List<LogRow> log = new ArrayList<>();
    List<LedgerRow> ledger = new ArrayList<>();
    List<EventRow> events = new ArrayList<>();
    List<DeadLetterRow> deadLetters = new ArrayList<>();
    List<Effect> effects = new ArrayList<>();
    List<Charge> charges = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode node = MAPPER.readTree(line);
        String kind = node.propertyNames().iterator().next();
        JsonNode value = node.get(kind);
        switch (kind) {
          case RUN -> run = MAPPER.treeToValue(value, Run.class);
          case SCHEMA -> {
            Schema schema = MAPPER.treeToValue(value, Schema.class);
            schemas.put(schema.id, schema.text);
          }
          case RECORD -> records.add(MAPPER.treeToValue(value, RawRecord.class));
          case LOG -> log.add(MAPPER.treeToValue(value, LogRow.class));
          case LEDGER -> ledger.add(MAPPER.treeToValue(value, LedgerRow.class));
          case EVENT -> events.add(MAPPER.treeToValue(value, EventRow.class));
          case DEAD_LETTER -> deadLetters.add(MAPPER.treeToValue(value, DeadLetterRow.class));
          case EFFECT -> effects.add(MAPPER.treeToValue(value, Effect.class));
          case CHARGE -> charges.add(MAPPER.treeToValue(value, Charge.class));
          default -> throw new IOException("a dump has no lines of kind '" + kind + "'");
        }
      }
    }
    return new Dump(
        run.exactlyOnce,
        run.partitions,
        run.prefix,
        Map.copyOf(schemas),
        List.copyOf(records),
        List.copyOf(log),
        List.copyOf(ledger),
        List.copyOf(events),
        List.copyOf(deadLetters),
        List.copyOf(effects),
        List.copyOf(charges));
  }
}
