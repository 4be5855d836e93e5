package dev.weirkeeper.schemas.registration;

import dev.weirkeeper.schemas.registration.SubjectState.Absent;
import dev.weirkeeper.schemas.registration.SubjectState.Outdated;
import dev.weirkeeper.schemas.registration.SubjectState.Refused;
import dev.weirkeeper.schemas.registration.SubjectState.Registered;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks and registers the schemas of this build in a registry.
 *
 * <p>Both may be repeated at will: what is there stays as it is. Thread-safe.
 */
public final class SchemaRegistration {

  /** What every subject of ours is held to: a new version reads whatever earlier ones wrote. */
  public static final CompatibilityLevel LEVEL = CompatibilityLevel.BACKWARD_TRANSITIVE;

  private final SchemaRegistry registry;

  public SchemaRegistration(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * How the subjects stand. Changes nothing.
   *
   * @throws dev.weirkeeper.schemas.serde.RegistryUnavailableException if it can't be asked
   */
  public List<SubjectState> check(List<Subject> subjects) {
    return subjects.stream().map(this::check).toList();
  }

  /**
   * Registers what is not there yet, unless the registry would refuse any of it: then nothing is
   * registered. New subjects are held to {@link #LEVEL}; the rule of one that exists is left as its
   * owner set it.
   *
   * @return how the subjects stand now; with any {@link Refused} among them nothing was changed
   * @throws dev.weirkeeper.schemas.serde.RegistryUnavailableException if it can't be asked; what
   *     was registered before stays, and a repetition goes on from there
   */
  public List<SubjectState> register(List<Subject> subjects) {
    List<SubjectState> before = check(subjects);
    if (before.stream().anyMatch(Refused.class::isInstance)) {
      return before;
    }
    List<SubjectState> after = new ArrayList<>();
    for (int i = 0; i < subjects.size(); i++) {
      Subject subject = subjects.get(i);
      switch (before.get(i)) {
        case Registered there -> after.add(there);
        case Absent absent -> {
          registry.requireCompatibility(subject.name(), LEVEL);
          int id = registry.register(subject.name(), subject.schema());
          after.add(new Registered(subject.name(), id));
        }
        case Outdated outdated ->
            after.add(
                new Registered(
                    subject.name(), registry.register(subject.name(), subject.schema())));
        case Refused refused -> throw new IllegalStateException("looked for above: " + refused);
      }
    }
    return after;
  }

  private SubjectState check(Subject subject) {
    Optional<Integer> id = registry.idOf(subject.name(), subject.schema());
    if (id.isPresent()) {
      return new Registered(subject.name(), id.get());
    }
    Optional<SchemaRegistry.Version> newest = registry.latest(subject.name());
    if (newest.isEmpty()) {
      return new Absent(subject.name());
    }
    List<String> objections = registry.objections(subject.name(), subject.schema());
    return objections.isEmpty()
        ? new Outdated(subject.name(), newest.get().number())
        : new Refused(subject.name(), objections);
  }
}
