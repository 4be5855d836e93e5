package dev.weirkeeper.local.registry;

import dev.weirkeeper.local.registry.Change.Content;
import dev.weirkeeper.local.registry.Change.Mode;
import dev.weirkeeper.local.registry.Change.Reference;
import dev.weirkeeper.local.registry.Change.Version;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaParseException;

/**
 * All schemas and the rules for changing them. Every change goes to a journal before it takes
 * effect here; the same changes applied in the same order give the same schemas.
 *
 * <p>Thread-safe.
 */
final class Schemas {

  /** The rule of subjects that have none of their own, until another is set. */
  static final CompatibilityLevel DEFAULT_LEVEL = CompatibilityLevel.BACKWARD_TRANSITIVE;

  /** The newest version, as the protocol writes it. */
  static final int LATEST = -1;

  private static final int MAX_REFERENCES = 200;

  private final Consumer<Change> journal;
  private final TreeMap<String, TreeMap<Integer, Version>> subjects = new TreeMap<>();
  private final Map<Content, Integer> ids = new HashMap<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();
  private final Map<String, Mode> modes = new HashMap<>();
  private CompatibilityLevel globalLevel = DEFAULT_LEVEL;
  private Mode globalMode = Mode.READWRITE;
  private int lastId;

  /**
   * @param journal keeps a change before it takes effect; if it throws, nothing has changed
   */
  Schemas(Consumer<Change> journal) {
    this.journal = journal;
  }

  /** Takes in a change that the journal already has. */
  synchronized void apply(Change change) {
    switch (change) {
      case Change.VersionKept(Version version) -> {
        subjects
            .computeIfAbsent(version.subject(), s -> new TreeMap<>())
            .put(version.number(), version);
        ids.put(version.content(), version.id());
        lastId = Math.max(lastId, version.id());
      }
      case Change.VersionGone(String subject, int number) -> {
        TreeMap<Integer, Version> versions = subjects.get(subject);
        if (versions != null) {
          Version gone = versions.remove(number);
          if (versions.isEmpty()) {
            subjects.remove(subject);
          }
          if (gone != null && all().noneMatch(v -> v.id() == gone.id())) {
            ids.remove(gone.content());
          }
        }
      }
      case Change.LevelSet(Optional<String> subject, Optional<CompatibilityLevel> level) -> {
        if (subject.isEmpty()) {
          globalLevel = level.orElse(DEFAULT_LEVEL);
        } else {
          level.ifPresentOrElse(
              l -> levels.put(subject.get(), l), () -> levels.remove(subject.get()));
        }
      }
      case Change.ModeSet(Optional<String> subject, Optional<Mode> mode) -> {
        if (subject.isEmpty()) {
          globalMode = mode.orElse(Mode.READWRITE);
        } else {
          mode.ifPresentOrElse(m -> modes.put(subject.get(), m), () -> modes.remove(subject.get()));
        }
      }
      case Change.IdsUsed(int last) -> lastId = Math.max(lastId, last);
    }
  }

  /**
   * Makes a schema the newest version of a subject, unless it is a version already.
   *
   * @return the version that has it
   */
  synchronized Version register(String subject, Content given) {
    Content content = canonical(given);
    Optional<Version> existing = find(subject, content, false);
    if (existing.isPresent()) {
      return existing.get();
    }
    if (mode(subject, true) == Mode.READONLY) {
      throw Problem.readOnly(subject);
    }
    List<String> objections = objections(subject, content, visible(subject));
    if (!objections.isEmpty()) {
      throw Problem.incompatible(subject, level(subject, true).name(), objections);
    }
    TreeMap<Integer, Version> versions = subjects.getOrDefault(subject, new TreeMap<>());
    int number = versions.isEmpty() ? 1 : versions.lastKey() + 1;
    int id = Optional.ofNullable(ids.get(content)).orElse(lastId + 1);
    Version version = new Version(subject, number, id, content, false);
    change(new Change.VersionKept(version));
    return version;
  }

  /** The version of a subject that is a schema. */
  synchronized Version lookUp(String subject, Content given, boolean hiddenToo) {
    if (versions(subject, hiddenToo).isEmpty()) {
      throw Problem.subjectNotFound(subject);
    }
    return find(subject, canonical(given), hiddenToo)
        .orElseThrow(() -> Problem.schemaNotFound("of subject '" + subject + "'"));
  }

  /** What speaks against a schema as the next version, judged against one version or all. */
  synchronized List<String> check(String subject, Content given, Optional<Integer> against) {
    Content content = canonical(given);
    List<Version> earlier =
        against.isPresent() ? List.of(version(subject, against.get(), false)) : visible(subject);
    return objections(subject, content, earlier);
  }

  synchronized List<String> subjectNames(String prefix, boolean hiddenToo) {
    return subjects.keySet().stream()
        .filter(s -> s.startsWith(prefix))
        .filter(s -> !versions(s, hiddenToo).isEmpty())
        .toList();
  }

  synchronized List<Version> versionsOf(String subject, boolean hiddenToo) {
    List<Version> versions = versions(subject, hiddenToo);
    if (versions.isEmpty()) {
      throw Problem.subjectNotFound(subject);
    }
    return versions;
  }

  /**
   * A version of a subject.
   *
   * @param number {@link #LATEST} for the newest
   */
  synchronized Version version(String subject, int number, boolean hiddenToo) {
    List<Version> versions = versionsOf(subject, hiddenToo);
    if (number == LATEST) {
      return versions.getLast();
    }
    return versions.stream()
        .filter(v -> v.number() == number)
        .findFirst()
        .orElseThrow(() -> Problem.versionNotFound(number));
  }

  /** All versions that have an id, hidden ones last: deleting a version never hides its id. */
  synchronized List<Version> byId(int id) {
    List<Version> found = all().filter(v -> v.id() == id).toList();
    if (found.isEmpty()) {
      throw Problem.schemaNotFound(Integer.toString(id));
    }
    return found;
  }

  synchronized List<Version> byGuid(String guid) {
    List<Version> found = all().filter(v -> guid(v.content()).equals(guid)).toList();
    if (found.isEmpty()) {
      throw Problem.schemaNotFound(guid);
    }
    return found;
  }

  /** Versions that are built from a version. */
  synchronized List<Version> referencing(Version version) {
    return all()
        .filter(v -> !v.hidden())
        .filter(
            v ->
                v.content().references().stream()
                    .anyMatch(
                        r ->
                            r.subject().equals(version.subject())
                                && r.version() == version.number()))
        .toList();
  }

  /**
   * Deletes a version: hides it, or removes a hidden one for good.
   *
   * @return its number
   */
  synchronized int delete(String subject, int number, boolean forGood) {
    Version version = version(subject, number, true);
    if (!referencing(version).isEmpty()) {
      throw Problem.referenced(subject, version.number());
    }
    if (!forGood) {
      if (version.hidden()) {
        throw Problem.versionNotFound(version.number());
      }
      change(new Change.VersionKept(version.hide()));
    } else if (version.hidden()) {
      change(new Change.IdsUsed(lastId));
      change(new Change.VersionGone(subject, version.number()));
    } else {
      throw Problem.versionNotDeletedFirst(subject, version.number());
    }
    return version.number();
  }

  /**
   * Deletes all versions of a subject: hides them, or removes hidden ones for good.
   *
   * @return their numbers
   */
  synchronized List<Integer> deleteSubject(String subject, boolean forGood) {
    List<Version> versions = versionsOf(subject, forGood);
    if (forGood && versions.stream().anyMatch(v -> !v.hidden())) {
      throw Problem.subjectNotDeletedFirst(subject);
    }
    return versions.stream().map(v -> delete(subject, v.number(), forGood)).toList();
  }

  synchronized CompatibilityLevel globalLevel() {
    return globalLevel;
  }

  /**
   * The rule of a subject.
   *
   * @param orGlobal answer with the global one where it has none of its own
   */
  synchronized CompatibilityLevel level(String subject, boolean orGlobal) {
    CompatibilityLevel own = levels.get(subject);
    if (own != null) {
      return own;
    }
    if (orGlobal) {
      return globalLevel;
    }
    throw Problem.noLevel(subject);
  }

  synchronized void setLevel(Optional<String> subject, Optional<CompatibilityLevel> level) {
    change(new Change.LevelSet(subject, level));
  }

  synchronized Mode globalMode() {
    return globalMode;
  }

  /**
   * The mode of a subject.
   *
   * @param orGlobal answer with the global one where it has none of its own
   */
  synchronized Mode mode(String subject, boolean orGlobal) {
    Mode own = modes.get(subject);
    if (own != null) {
      return own;
    }
    if (orGlobal) {
      return globalMode;
    }
    throw Problem.noMode(subject);
  }

  synchronized void setMode(Optional<String> subject, Optional<Mode> mode) {
    change(new Change.ModeSet(subject, mode));
  }

  /** An id that follows from the content alone, the same in every registry of this kind. */
  static String guid(Content content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(content.text().getBytes(StandardCharsets.UTF_8));
      for (Reference reference : content.references()) {
        digest.update(reference.toString().getBytes(StandardCharsets.UTF_8));
      }
      ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
      return new UUID(bytes.getLong(), bytes.getLong()).toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private void change(Change change) {
    journal.accept(change);
    apply(change);
  }

  private java.util.stream.Stream<Version> all() {
    return subjects.values().stream().map(Map::values).flatMap(Collection::stream);
  }

  private List<Version> visible(String subject) {
    return versions(subject, false);
  }

  private List<Version> versions(String subject, boolean hiddenToo) {
    return subjects.getOrDefault(subject, new TreeMap<>()).values().stream()
        .filter(v -> hiddenToo || !v.hidden())
        .toList();
  }

  private Optional<Version> find(String subject, Content content, boolean hiddenToo) {
    return versions(subject, hiddenToo).stream()
        .filter(v -> v.content().equals(content))
        .reduce((first, second) -> second);
  }

  private List<String> objections(String subject, Content content, List<Version> earlier) {
    CompatibilityLevel level = level(subject, true);
    List<Version> judged =
        level.transitive() || earlier.isEmpty() ? earlier : List.of(earlier.getLast());
    Schema next = parse(content);
    List<String> objections = new ArrayList<>();
    for (Version version : judged) {
      Schema before = parse(version.content());
      if (level.backward()) {
        describe(next, before)
            .forEach(o -> objections.add("can't read version " + version.number() + ": " + o));
      }
      if (level.forward()) {
        describe(before, next)
            .forEach(
                o -> objections.add("can't be read by version " + version.number() + ": " + o));
      }
    }
    return objections;
  }

  private static List<String> describe(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities()
        .stream()
        .map(i -> "%s at %s: %s".formatted(i.getType(), i.getLocation(), i.getMessage()))
        .toList();
  }

  /** The same content with the schema's text as Avro writes it, so that spaces do not matter. */
  private Content canonical(Content given) {
    return new Content(parse(given).toString(), given.references());
  }

  private Schema parse(Content content) {
    try {
      Schema.Parser parser = new Schema.Parser();
      parser.setValidateDefaults(false);
      addReferences(parser, content, new HashSet<>());
      return parser.parse(content.text());
    } catch (SchemaParseException | IllegalArgumentException e) {
      throw Problem.invalidSchema(String.valueOf(e.getMessage()));
    }
  }

  private void addReferences(Schema.Parser parser, Content content, Set<Reference> seen) {
    for (Reference reference : content.references()) {
      if (!seen.add(reference)) {
        continue;
      }
      if (seen.size() > MAX_REFERENCES) {
        throw Problem.invalidSchema("more than " + MAX_REFERENCES + " references");
      }
      Content referenced = version(reference.subject(), reference.version(), true).content();
      addReferences(parser, referenced, seen);
      parser.parse(referenced.text());
    }
  }
}
