package dev.weirkeeper.system.check;

import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.schemas.topic.OwnerMark;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.schemas.trust.WireClasses;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.Dump.RawRecord;
import dev.weirkeeper.wire.SessionEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A dump, read: records by type and session, in the order of their partitions. */
final class History {

  private static final int PREFIX_BYTES = 5;

  static {
    WireClasses.trust();
  }

  /** A record with what it says. */
  record Said<T extends SpecificRecord>(T value, RawRecord raw) {
    Place place() {
      return raw.place();
    }
  }

  private final Dump dump;
  private final Topics topics;
  private final Map<Integer, SpecificDatumReader<SpecificRecord>> readers = new HashMap<>();
  private final Map<Place, Said<?>> committed = new LinkedHashMap<>();
  private final Map<Place, RawRecord> unreadable = new LinkedHashMap<>();
  private final Map<String, List<Said<SessionEvent>>> events = new TreeMap<>();
  private final Map<Class<?>, List<Said<?>>> byType = new HashMap<>();
  private final Map<String, Class<?>> typeOf = new HashMap<>();

  History(Dump dump) {
    this.dump = dump;
    this.topics = new Topics(dump.prefix());
    for (Topic<?> topic : topics.all(List.of(Topics.DEFAULT_POOL))) {
      topic.value().ifPresent(type -> typeOf.put(topic.name(), type));
    }
    String deadLetters = topics.deadLetters().name();
    for (RawRecord raw : dump.records()) {
      if (raw.committed()
          && raw.value() != null
          && !raw.place().topic().equals(deadLetters)
          && OwnerMark.run(headers(raw)).isEmpty()) {
        decode(raw)
            .ifPresentOrElse(
                value -> add(new Said<>(value, raw)), () -> unreadable.put(raw.place(), raw));
      }
    }
    for (Said<SessionEvent> event : all(SessionEvent.class)) {
      events.computeIfAbsent(event.value().getSessionId(), _ -> new ArrayList<>()).add(event);
    }
  }

  private void add(Said<?> said) {
    committed.put(said.place(), said);
    byType.computeIfAbsent(said.value().getClass(), _ -> new ArrayList<>()).add(said);
  }

  Dump dump() {
    return dump;
  }

  Topics topics() {
    return topics;
  }

  /** Every committed record of a type, partition by partition in the order of offsets. */
  @SuppressWarnings("unchecked") // put there by their class
  <T extends SpecificRecord> List<Said<T>> all(Class<T> type) {
    return (List<Said<T>>) (List<?>) byType.getOrDefault(type, List.of());
  }

  /** The committed record at a place, if it can be read. */
  Optional<Said<?>> at(Place place) {
    return Optional.ofNullable(committed.get(place));
  }

  /** Committed records with a value that is no record of ours. */
  Map<Place, RawRecord> unreadable() {
    return unreadable;
  }

  /** Every event record of each session, duplicates included, in the order of offsets. */
  Map<String, List<Said<SessionEvent>>> eventRecords() {
    return events;
  }

  /** The events of a session, each sequence once, in its order. */
  List<SessionEvent> events(String session) {
    Map<Long, SessionEvent> bySequence = new TreeMap<>();
    for (Said<SessionEvent> event : events.getOrDefault(session, List.of())) {
      bySequence.putIfAbsent(event.value().getSequence(), event.value());
    }
    return List.copyOf(bySequence.values());
  }

  /** Copies on the dead-letter topic, with what they say of themselves. */
  Map<Place, Optional<DeadLetter>> deadLetters() {
    Map<Place, Optional<DeadLetter>> letters = new LinkedHashMap<>();
    for (RawRecord raw : dump.records()) {
      if (raw.committed() && raw.place().topic().equals(topics.deadLetters().name())) {
        letters.put(raw.place(), DeadLetter.of(headers(raw)));
      }
    }
    return letters;
  }

  /** What the hash of an event must be, from the bytes that were written; empty: they are wrong. */
  static Optional<String> hash(Said<SessionEvent> event) {
    return EventHash.of(
        Objects.requireNonNull(event.raw().value()), PREFIX_BYTES, event.value().getHash());
  }

  /** The Avro bytes of a record, without framing. */
  static byte[] avro(RawRecord raw) {
    byte[] value = Objects.requireNonNull(raw.value());
    byte[] avro = new byte[value.length - PREFIX_BYTES];
    System.arraycopy(value, PREFIX_BYTES, avro, 0, avro.length);
    return avro;
  }

  static Headers headers(RawRecord raw) {
    RecordHeaders headers = new RecordHeaders();
    raw.headers().forEach(header -> headers.add(new RecordHeader(header.name(), header.value())));
    return headers;
  }

  private Optional<SpecificRecord> decode(RawRecord raw) {
    byte[] bytes = Objects.requireNonNull(raw.value());
    if (bytes.length < PREFIX_BYTES || bytes[0] != 0) {
      return Optional.empty();
    }
    int id = ByteBuffer.wrap(bytes).getInt(1);
    if (!dump.schemas().containsKey(id)) {
      return Optional.empty();
    }
    try {
      SpecificRecord value =
          readers
              .computeIfAbsent(id, this::reader)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES, null));
      // A good record of another kind is as unreadable as a bad one.
      return Optional.of(value).filter(read -> read.getClass() == typeOf.get(raw.place().topic()));
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private SpecificDatumReader<SpecificRecord> reader(int id) {
    Schema writer = new Schema.Parser().parse(dump.schemas().get(id));
    Class<?> type = SpecificData.get().getClass(writer);
    if (type == null || !SpecificRecord.class.isAssignableFrom(type)) {
      throw new AvroRuntimeException(writer.getFullName() + " is none of ours");
    }
    SpecificData model = SpecificData.getForClass(type);
    return new SpecificDatumReader<>(writer, model.getSchema(type), model);
  }
}
