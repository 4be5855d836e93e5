package dev.weirkeeper.schemas.serde;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.Schema;

/**
 * A registry that lives and dies with this JVM, for tests without a network. The same schema has
 * the same id under every subject. It takes every schema.
 */
final class InMemoryRegistry implements SchemaRegistry {

  private final List<Schema> schemas = new ArrayList<>();
  private final Map<UUID, Schema> byGuid = new HashMap<>();
  private final Map<String, List<Integer>> subjects = new HashMap<>();

  @Override
  public synchronized int register(String subject, Schema schema) {
    Schema portable = PortableSchema.of(schema);
    int index = schemas.indexOf(portable);
    if (index < 0) {
      schemas.add(portable);
      byGuid.put(guid(portable), portable);
      index = schemas.size() - 1;
    }
    int id = index + 1;
    List<Integer> versions = subjects.computeIfAbsent(subject, s -> new ArrayList<>());
    if (!versions.contains(id)) {
      versions.add(id);
    }
    return id;
  }

  @Override
  public synchronized Optional<Integer> idOf(String subject, Schema schema) {
    int id = schemas.indexOf(PortableSchema.of(schema)) + 1;
    return Optional.of(id).filter(i -> subjects.getOrDefault(subject, List.of()).contains(i));
  }

  @Override
  public synchronized Optional<Schema> byId(int id) {
    return id > 0 && id <= schemas.size() ? Optional.of(schemas.get(id - 1)) : Optional.empty();
  }

  @Override
  public synchronized Optional<Schema> byGuid(UUID guid) {
    return Optional.ofNullable(byGuid.get(guid));
  }

  @Override
  public synchronized Optional<Version> latest(String subject) {
    List<Integer> versions = subjects.getOrDefault(subject, List.of());
    return versions.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Version(
                subject, versions.size(), versions.getLast(), schemas.get(versions.getLast() - 1)));
  }

  @Override
  public List<String> objections(String subject, Schema schema) {
    return List.of();
  }

  @Override
  public void requireCompatibility(String subject, CompatibilityLevel level) {
    // It judges nothing, so there is nothing to remember.
  }

  static UUID guid(Schema schema) {
    return UUID.nameUUIDFromBytes(schema.toString().getBytes(StandardCharsets.UTF_8));
  }
}
