package dev.weirkeeper.schemas.registration;

import dev.weirkeeper.schemas.topic.Topic;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A subject of the registry that the catalogue needs.
 *
 * @param name {@code <topic>-value}
 * @param schema of this build
 */
public record Subject(String name, Schema schema) {

  /**
   * The subjects of topics, in their order. Keys are plain text and have none; neither have dead
   * letters, which are any bytes.
   */
  public static List<Subject> of(Collection<? extends Topic<?>> topics) {
    return topics.stream().flatMap(Subject::of).toList();
  }

  private static <T extends SpecificRecord> Stream<Subject> of(Topic<T> topic) {
    return topic.value().stream().map(type -> new Subject(topic.name() + "-value", schema(type)));
  }

  private static Schema schema(Class<? extends SpecificRecord> type) {
    return SpecificData.getForClass(type).getSchema(type);
  }
}
