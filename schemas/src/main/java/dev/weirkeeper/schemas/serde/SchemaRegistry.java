package dev.weirkeeper.schemas.serde;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Schema;

/**
 * A schema registry as its clients see it. Implementations are thread-safe and remember what does
 * not change: the schema behind an id and the id of a schema.
 *
 * <p>Every method throws {@link RegistryUnavailableException} if the registry can't be asked.
 */
public interface SchemaRegistry {

  /** A version of a subject. */
  record Version(String subject, int number, int id, Schema schema) {}

  /**
   * The registry that settings name. The same settings give the same registry, so all serializers
   * of a process share what it remembers.
   *
   * @param config settings by the names that are listed at {@link SerdeSettings}
   * @throws org.apache.kafka.common.config.ConfigException if one of them is missing or wrong
   */
  static SchemaRegistry connect(Map<String, ?> config) {
    return Registries.of(SerdeSettings.from(config).registry());
  }

  /**
   * Makes a schema the newest version of a subject unless it is one of its versions already.
   *
   * @return its id
   * @throws SchemaRefusedException if it is incompatible with the subject's versions
   */
  int register(String subject, Schema schema);

  /** The id of a schema that the subject has. */
  Optional<Integer> idOf(String subject, Schema schema);

  /**
   * The schema behind an id.
   *
   * @throws UnreadableRecordException if it is there but not Avro
   */
  Optional<Schema> byId(int id);

  /** The schema behind a globally unique id, where the registry knows those. */
  Optional<Schema> byGuid(UUID guid);

  /** The newest version of a subject, asked for each time. */
  Optional<Version> latest(String subject);

  /** What speaks against making a schema the next version of a subject; empty if nothing does. */
  List<String> objections(String subject, Schema schema);

  /** Sets the rule by which the registry judges new versions of a subject. */
  void requireCompatibility(String subject, CompatibilityLevel level);
}
