package dev.weirkeeper.local.registry;

import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import java.util.List;
import java.util.Optional;

/** One change of the registry, as it is kept in its topic. The last one for a key counts. */
sealed interface Change {

  /** A version of a subject was added, or hidden or shown again. */
  record VersionKept(Version version) implements Change {}

  /** A version of a subject was removed for good. */
  record VersionGone(String subject, int number) implements Change {}

  /**
   * The compatibility rule was set or taken back.
   *
   * @param subject empty: of all subjects without one of their own
   */
  record LevelSet(Optional<String> subject, Optional<CompatibilityLevel> level) implements Change {}

  /**
   * The mode was set or taken back.
   *
   * @param subject empty: of all subjects without one of their own
   */
  record ModeSet(Optional<String> subject, Optional<Mode> mode) implements Change {}

  /** No id up to this one is given again, though its versions may be gone. */
  record IdsUsed(int last) implements Change {}

  /** Whether a subject takes new versions. */
  enum Mode {
    READWRITE,
    READONLY
  }

  /** A named schema of another subject that a schema is built from. */
  record Reference(String name, String subject, int version) {}

  /** What an id stands for. */
  record Content(String text, List<Reference> references) {}

  /**
   * A version of a subject.
   *
   * @param hidden deleted, but not for good: still found by its id
   */
  record Version(String subject, int number, int id, Content content, boolean hidden) {

    Version hide() {
      return new Version(subject, number, id, content, true);
    }
  }
}
