package dev.weirkeeper.schemas.registration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.schemas.registration.SubjectState.Absent;
import dev.weirkeeper.schemas.registration.SubjectState.Outdated;
import dev.weirkeeper.schemas.registration.SubjectState.Refused;
import dev.weirkeeper.schemas.registration.SubjectState.Registered;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class SchemaRegistrationTest {

  private static final Schema OLD =
      SchemaBuilder.record("R").fields().requiredString("a").endRecord();
  private static final Schema NEW =
      SchemaBuilder.record("R").fields().requiredString("a").optionalInt("b").endRecord();

  private final SchemaRegistry real =
      SchemaRegistry.connect(Map.of("schema.registry.url", "mock://" + UUID.randomUUID()));
  private final Recorded registry = new Recorded(real);
  private final SchemaRegistration registration = new SchemaRegistration(registry);

  @Test
  void the_catalogues_subjects_are_its_topics_with_records() {
    List<Subject> subjects = Subject.of(new Topics("shop.").all(List.of("default", "slow")));

    assertThat(subjects)
        .extracting(Subject::name)
        .contains("shop.tasks-value", "shop.tool-calls.slow-value")
        .doesNotContain("shop.dead-letters-value");
  }

  @Test
  void a_check_changes_nothing_and_a_registration_may_be_repeated() {
    List<Subject> subjects = List.of(new Subject("a-value", OLD), new Subject("b-value", NEW));

    List<SubjectState> before = registration.check(subjects);
    List<SubjectState> first = registration.register(subjects);
    List<SubjectState> second = registration.register(subjects);

    assertThat(before).containsExactly(new Absent("a-value"), new Absent("b-value"));
    assertThat(first)
        .containsExactly(new Registered("a-value", 1), new Registered("b-value", 2))
        .isEqualTo(second)
        .isEqualTo(registration.check(subjects));
    assertThat(registry.levels)
        .containsOnly(
            Map.entry("a-value", CompatibilityLevel.BACKWARD_TRANSITIVE),
            Map.entry("b-value", CompatibilityLevel.BACKWARD_TRANSITIVE));
  }

  @Test
  void a_newer_schema_becomes_a_version_and_the_owners_rule_stays() {
    real.register("a-value", OLD);

    assertThat(registration.check(List.of(new Subject("a-value", NEW))))
        .containsExactly(new Outdated("a-value", 1));
    assertThat(registration.register(List.of(new Subject("a-value", NEW))))
        .containsExactly(new Registered("a-value", 2));
    assertThat(registry.levels).isEmpty();
  }

  @Test
  void one_refused_schema_keeps_all_from_being_registered() {
    real.register("b-value", OLD);
    registry.objections = List.of("field b has no default");

    List<SubjectState> states =
        registration.register(List.of(new Subject("a-value", OLD), new Subject("b-value", NEW)));

    assertThat(states)
        .containsExactly(
            new Absent("a-value"), new Refused("b-value", List.of("field b has no default")));
    assertThat(real.latest("a-value")).isEmpty();
  }

  /** The registry of this JVM with a judgement that it does not have itself. */
  private static final class Recorded implements SchemaRegistry {

    private final SchemaRegistry real;
    private final Map<String, CompatibilityLevel> levels = new ConcurrentHashMap<>();
    private List<String> objections = List.of();

    Recorded(SchemaRegistry real) {
      this.real = real;
    }

    @Override
    public int register(String subject, Schema schema) {
      return real.register(subject, schema);
    }

    @Override
    public Optional<Integer> idOf(String subject, Schema schema) {
      return real.idOf(subject, schema);
    }

    @Override
    public Optional<Schema> byId(int id) {
      return real.byId(id);
    }

    @Override
    public Optional<Schema> byGuid(UUID guid) {
      return real.byGuid(guid);
    }

    @Override
    public Optional<Version> latest(String subject) {
      return real.latest(subject);
    }

    @Override
    public List<String> objections(String subject, Schema schema) {
      return objections;
    }

    @Override
    public void requireCompatibility(String subject, CompatibilityLevel level) {
      levels.put(subject, level);
    }
  }
}
