package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.chain.Finding.Kind;
import dev.weirkeeper.audit.chain.Finding.Place;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.SessionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is checked of records wherever they come from, store, topics or file: the chains of their
 * sessions and the roots they lie under. Records come partition by partition in offset order.
 *
 * <p>Not thread-safe.
 */
public final class RecordAudit {

  /**
   * A published root.
   *
   * @param topic topic of the records under it
   * @param kafkaId Kafka's id of that topic
   */
  public record Root(
      String topic, String kafkaId, int partition, long from, long to, long records, String root) {}

  private static final class OpenRoot {
    final Root root;
    final MerkleTree tree = new MerkleTree();

    OpenRoot(Root root) {
      this.root = root;
    }
  }

  private final String events;
  private final AvroDeserializer<SpecificRecord> avro;
  private final SessionChains chains;
  private final RecordDigest digest = new RecordDigest();
  private final Map<String, List<Root>> roots;
  private final List<Finding> findings = new ArrayList<>();

  private String current = "";
  private List<Root> waiting = new ArrayList<>();
  private final List<OpenRoot> open = new ArrayList<>();
  private long covered;
  private long checkedRoots;

  /**
   * @param events the topic of session events
   * @param roots the published roots to check, in any order
   * @param fromTheMiddle true if older records are not kept any more
   */
  public RecordAudit(
      String events,
      AvroDeserializer<SpecificRecord> avro,
      List<Root> roots,
      boolean fromTheMiddle) {
    this.events = events;
    this.avro = avro;
    this.chains = new SessionChains(fromTheMiddle);
    this.roots =
        roots.stream()
            .collect(
                java.util.stream.Collectors.groupingBy(
                    r -> key(r.topic(), r.kafkaId(), r.partition())));
  }

  private static String key(String topic, String kafkaId, int partition) {
    return topic + "/" + kafkaId + "/" + partition;
  }

  /** What is wrong so far. */
  public List<Finding> findings() {
    return findings;
  }

  /** Number of sessions seen. */
  public int sessions() {
    return chains.sessions();
  }

  /** Number of roots computed anew. */
  public long checkedRoots() {
    return checkedRoots;
  }

  /** Number of records that lie under a root. */
  public long covered() {
    return covered;
  }

  /** Notes something that is wrong. */
  public void found(Finding finding) {
    if (findings.size() < AuditReport.MOST) {
      findings.add(finding);
    }
  }

  /** The digest of a record as it comes. */
  public byte[] digest(ConsumerRecord<byte[], byte[]> raw) {
    return digest.of(raw);
  }

  /**
   * Takes the next record.
   *
   * @param leaf its digest
   * @param whole true if its value is as it was written
   */
  public void next(String kafkaId, ConsumerRecord<byte[], byte[]> raw, byte[] leaf, boolean whole) {
    turnTo(key(raw.topic(), kafkaId, raw.partition()));
    cover(raw.offset(), leaf);
    if (raw.topic().equals(events)) {
      follow(raw, whole);
    }
  }

  /** Takes an event of which nothing is kept but its place in the chain. */
  public void link(Place place, SessionChains.Step step) {
    chains.linked(place, step).ifPresent(this::found);
  }

  /** Ends the reading: roots that reach beyond the last record are judged as they stand. */
  public void end() {
    turnTo("");
    roots.values().forEach(missing -> missing.forEach(root -> judge(new OpenRoot(root))));
    roots.clear();
  }

  private void turnTo(String partition) {
    if (partition.equals(current)) {
      return;
    }
    open.forEach(this::judge);
    waiting.forEach(root -> judge(new OpenRoot(root)));
    open.clear();
    current = partition;
    List<Root> ahead = roots.remove(partition);
    waiting = new ArrayList<>(ahead == null ? List.of() : ahead);
    waiting.sort(java.util.Comparator.comparingLong(Root::from));
  }

  private void cover(long offset, byte[] leaf) {
    open.removeIf(
        each -> {
          boolean over = each.root.to() <= offset;
          if (over) {
            judge(each);
          }
          return over;
        });
    while (!waiting.isEmpty() && waiting.getFirst().from() <= offset) {
      OpenRoot begun = new OpenRoot(waiting.removeFirst());
      if (begun.root.to() <= offset) {
        judge(begun);
      } else {
        open.add(begun);
      }
    }
    open.forEach(each -> each.tree.add(leaf));
    if (!open.isEmpty()) {
      covered++;
    }
  }

  private void judge(OpenRoot each) {
    Root root = each.root;
    checkedRoots++;
    if (each.tree.size() != root.records()) {
      found(
          new Finding(
              Kind.ROOT,
              new Place(root.topic(), root.partition(), root.from()),
              "%d records up to offset %d, the published root says %d"
                  .formatted(each.tree.size(), root.to() - 1, root.records())));
    } else if (!each.tree.root().equals(root.root())) {
      found(
          new Finding(
              Kind.ROOT,
              new Place(root.topic(), root.partition(), root.from()),
              "the %d records up to offset %d do not have the published root"
                  .formatted(root.records(), root.to() - 1)));
    }
  }

  private void follow(ConsumerRecord<byte[], byte[]> raw, boolean whole) {
    if (raw.value() == null) {
      return;
    }
    Place place = new Place(raw.topic(), raw.partition(), raw.offset());
    @Nullable SpecificRecord value;
    try {
      value = avro.deserialize(raw.topic(), raw.headers(), raw.value());
    } catch (UnreadableRecordException e) {
      // A record that never was an event is a dead letter; one that was breaks its chain.
      return;
    }
    if (value instanceof SessionEvent event) {
      Optional<Finding> finding =
          whole
              ? chains.next(
                  place, event, raw.value(), Framing.avroStart(raw.value(), raw.headers()))
              : chains.linked(place, SessionChains.Step.of(event));
      finding.ifPresent(this::found);
    }
  }
}
