package dev.weirkeeper.planner.replay;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.edge.InputReader;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.SessionEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * What the topics hold of a session: its events, the inputs they name, and its pins.
 *
 * @param events in order of sequence
 * @param inputs by the position the events name
 * @param pins by digest
 */
public record RecordedSession(
    String id,
    List<SessionEvent> events,
    Map<InputRef, SpecificRecord> inputs,
    Map<String, Pins> pins) {

  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * The events up to a sequence that make the session it then was: from the first one, or from
   * where it went on after its planner had forgotten it.
   */
  public List<SessionEvent> lifeUpTo(long sequence) {
    int end = events.size();
    while (end > 0 && events.get(end - 1).getSequence() > sequence) {
      end--;
    }
    int begin = Math.max(0, end - 1);
    while (begin > 0 && events.get(begin).getForgotten() == null) {
      begin--;
    }
    return events.subList(begin, end);
  }

  /** An event, if it is kept. */
  public Optional<SessionEvent> event(long sequence) {
    long index = events.isEmpty() ? -1 : sequence - events.getFirst().getSequence();
    return index < 0 || index >= events.size()
        ? Optional.empty()
        : Optional.of(events.get(Math.toIntExact(index)))
            .filter(event -> event.getSequence() == sequence);
  }

  /**
   * Reads a session.
   *
   * @param consuming settings of a consumer: servers, security, registry
   * @param redaction as the planner had it, or inputs with secrets differ from what it applied
   * @return empty if no event of the session is kept
   */
  public static Optional<RecordedSession> read(
      String id, Topics topics, Map<String, Object> consuming, Redaction redaction) {
    Map<String, Object> settings = new HashMap<>(consuming);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      byte[] key = id.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      int partitions = consumer.partitionsFor(topics.events().name()).size();
      Reading read = new Reading(topics, consuming, partitions, redaction);
      int partition = Utils.toPositive(Utils.murmur2(key)) % partitions;
      TreeMap<Long, SessionEvent> events = new TreeMap<>();
      scan(
          consumer,
          new TopicPartition(topics.events().name(), partition),
          0,
          Long.MAX_VALUE,
          record -> {
            if (java.util.Arrays.equals(key, record.key())
                && read.other(record) instanceof SessionEvent event) {
              events.put(event.getSequence(), event);
            }
          });
      if (events.isEmpty()) {
        return Optional.empty();
      }
      List<SessionEvent> ordered = List.copyOf(events.values());
      return Optional.of(
          new RecordedSession(
              id, ordered, inputs(consumer, ordered, read), pins(consumer, topics, ordered, read)));
    }
  }

  /** Inputs are read as the planner reads them, everything else as what it is. */
  private static final class Reading {
    private final InputReader inputs;
    private final AvroDeserializer<SpecificRecord> others;

    Reading(Topics topics, Map<String, Object> settings, int partitions, Redaction redaction) {
      // Whether a decision was to be followed is in the events.
      inputs = new InputReader(topics, settings, partitions, TrustedApprovers.ANYBODY, redaction);
      others = AvroDeserializer.ofAnyRecord(settings);
    }

    SpecificRecord input(ConsumerRecord<byte[], byte[]> record) {
      return inputs.again(record.topic(), record.headers(), record.value());
    }

    @Nullable SpecificRecord other(ConsumerRecord<byte[], byte[]> record) {
      return others.deserialize(record.topic(), record.headers(), record.value());
    }
  }

  private static Map<InputRef, SpecificRecord> inputs(
      KafkaConsumer<byte[], byte[]> consumer, List<SessionEvent> events, Reading read) {
    Map<TopicPartition, Set<Long>> wanted = new HashMap<>();
    for (SessionEvent event : events) {
      InputRef ref = event.getInput();
      if (ref != null) {
        wanted
            .computeIfAbsent(
                new TopicPartition(ref.getTopic(), ref.getPartition()), _ -> new HashSet<>())
            .add(ref.getOffset());
      }
    }
    Map<InputRef, SpecificRecord> inputs = new HashMap<>();
    wanted.forEach(
        (partition, offsets) ->
            scan(
                consumer,
                partition,
                offsets.stream().min(Comparator.naturalOrder()).orElse(0L),
                offsets.stream().max(Comparator.naturalOrder()).orElse(0L),
                record -> {
                  if (offsets.contains(record.offset())) {
                    inputs.put(
                        new InputRef(record.topic(), record.partition(), record.offset()),
                        read.input(record));
                  }
                }));
    return inputs;
  }

  private static Map<String, Pins> pins(
      KafkaConsumer<byte[], byte[]> consumer,
      Topics topics,
      List<SessionEvent> events,
      Reading read) {
    Set<String> digests = new HashSet<>();
    for (SessionEvent event : events) {
      if (event.getTaskPinsDigest() != null) {
        digests.add(event.getTaskPinsDigest());
      }
    }
    Map<String, Pins> pins = new HashMap<>();
    scan(
        consumer,
        new TopicPartition(topics.pins().name(), 0),
        0,
        Long.MAX_VALUE,
        record -> {
          if (record.value() != null
              && read.other(record) instanceof Pins one
              && digests.contains(one.getDigest())) {
            pins.put(one.getDigest(), one);
          }
        });
    return pins;
  }

  /** Every record of a partition from one offset to another, or to the end as it is now. */
  private static void scan(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long from,
      long to,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one);
    long first = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
    long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
    consumer.seek(partition, Math.max(first, from));
    while (consumer.position(partition) < end && consumer.position(partition) <= to) {
      consumer.poll(POLL).forEach(each);
    }
  }
}
