package dev.weirkeeper.system.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.system.chaos.ShortRuns;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker finds what it is there to find: every fault planted into the dump of a good run. */
final class PlantedFaultsTest {

  @ParameterizedTest(name = "{0} breaks {1}")
  @CsvSource({
    "a_result_is_dropped, no-task-lost",
    "a_task_has_a_second_result, one-result-per-task",
    "a_session_stops_in_the_middle, open-session-has-a-pending-cause",
    "an_event_is_dropped, events-have-no-gap",
    "an_event_is_written_twice, events-have-no-gap",
    "a_word_of_an_event_is_changed, event-chain-is-valid",
    "an_event_is_changed_and_its_hash_too, event-chain-is-valid",
    "an_event_is_changed_and_its_hash_too, replay-decides-the-same",
    "the_input_of_an_event_is_changed, event-names-its-input",
    "a_command_was_never_decided, command-was-decided",
    "a_command_has_other_arguments, command-was-decided",
    "a_destructive_command_has_no_approval, destructive-command-was-approved",
    "an_approval_is_for_other_arguments, destructive-command-was-approved",
    "an_approval_came_too_late, destructive-command-was-approved",
    "a_command_was_sent_before_its_approval, destructive-command-was-approved",
    "a_result_has_no_command, result-follows-its-command",
    "a_second_result_is_acted_on, one-accepted-result-per-call",
    "a_letter_is_posted_twice, no-effect-twice",
    "an_effect_that_was_reported_is_missing, success-means-effect",
    "the_world_is_changed_by_nobody, effect-was-commanded",
    "a_release_is_smaller_than_it_should_be, reservations-add-up",
    "the_provider_charged_more, settled-is-what-was-charged",
    "a_charge_shows_nowhere, unmatched-charge-is-unsettled",
    "a_tenant_has_spent_more_than_its_budget, tenant-stays-in-its-budget",
    "a_record_is_not_in_the_log, store-has-every-record",
    "a_record_is_in_the_log_otherwise, store-has-every-record",
    "a_ledger_row_is_missing, store-ledger-is-the-events",
    "a_ledger_row_is_there_twice, store-ledger-is-the-events",
    "an_event_is_not_in_the_store, store-events-are-the-events",
    "a_dead_letter_has_no_origin, dead-letter-is-named",
    "a_bad_record_is_passed_over, dead-letter-is-named",
  })
  void a_planted_fault_is_found(String plant, String rule) throws Exception {
    Dump bad = (Dump) plant(plant).invoke(new Plants(ShortRuns.exactlyOnce().dump()));

    List<Violation> violations = Checker.check(bad);

    assertThat(violations).extracting(Violation::rule).contains(rule);
  }

  @Test
  void every_rule_is_broken_by_some_plant_and_every_plant_is_planted() throws Exception {
    Set<String> broken = new HashSet<>();
    Set<String> planted = new HashSet<>();
    CsvSource rows =
        PlantedFaultsTest.class
            .getDeclaredMethod("a_planted_fault_is_found", String.class, String.class)
            .getAnnotation(CsvSource.class);
    for (String row : rows.value()) {
      planted.add(row.split(",", 2)[0].strip());
      broken.add(row.split(",", 2)[1].strip());
    }

    assertThat(broken).containsExactlyInAnyOrderElementsOf(Checker.names());
    assertThat(planted)
        .containsExactlyInAnyOrderElementsOf(
            plants().map(Method::getName).sorted(Comparator.naturalOrder()).toList());
  }

  @Test
  void a_dump_on_disk_is_the_dump_that_was_written(@TempDir Path directory) throws Exception {
    Dump dump = ShortRuns.exactlyOnce().dump();
    Path file = directory.resolve("dump.jsonl.gz");

    DumpFile.write(dump, file);
    Dump read = DumpFile.read(new ByteArrayInputStream(Files.readAllBytes(file)));

    assertThat(read.log()).isEqualTo(dump.log());
    assertThat(read.ledger()).isEqualTo(dump.ledger());
    assertThat(read.charges()).isEqualTo(dump.charges());
    assertThat(Checker.check(read)).isEqualTo(Checker.check(dump));
  }

  private static Method plant(String name) {
    return plants().filter(method -> method.getName().equals(name)).findFirst().orElseThrow();
  }

  private static Stream<Method> plants() {
    return Arrays.stream(Plants.class.getDeclaredMethods())
        .filter(
            method ->
                method.getReturnType() == Dump.class
                    && method.getParameterCount() == 0
                    && !java.lang.reflect.Modifier.isPrivate(method.getModifiers()));
  }
}
