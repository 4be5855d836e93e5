package dev.weirkeeper.operations.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTest {

  enum Guarantee {
    EXACTLY_ONCE,
    AT_LEAST_ONCE
  }

  static final Setting<Duration> GRACE =
      Setting.duration("planner.handover-grace")
          .defaultsTo("30s")
          .between("1s", "10m")
          .describedAs("how long to wait");
  static final Setting<Long> LARGEST =
      Setting.bytes("planner.largest-record").defaultsTo("64KiB").describedAs("largest record");
  static final Setting<Integer> THREADS =
      Setting.integer("planner.threads").between("1", "64").describedAs("stream threads");
  static final Setting<Guarantee> GUARANTEE =
      Setting.choice("planner.guarantee", Guarantee.class)
          .defaultsTo("exactly-once")
          .describedAs("delivery");
  static final Setting<Optional<Secret>> KEY =
      Setting.secret("planner.anthropic.api-key").optional().describedAs("key");
  static final Setting<List<String>> POOLS =
      Setting.list("planner.pools").defaultsTo("default").describedAs("pools");
  static final Catalogue CATALOGUE = Catalogue.of(GRACE, LARGEST, THREADS, GUARANTEE, KEY, POOLS);

  @Test
  void absent_keys_take_their_defaults() {
    Settings settings = Settings.read(CATALOGUE, Given.of(Map.of("planner.threads", "2")));
    assertThat(settings.get(GRACE)).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.get(LARGEST)).isEqualTo(65536);
    assertThat(settings.get(GUARANTEE)).isEqualTo(Guarantee.EXACTLY_ONCE);
    assertThat(settings.get(KEY)).isEmpty();
    assertThat(settings.get(POOLS)).containsExactly("default");
  }

  @Test
  void every_problem_is_reported_at_once_with_key_value_and_what_is_expected() {
    ConfigurationException refused =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                Settings.read(
                    CATALOGUE,
                    Given.of(
                        Map.of(
                            "planner.handover-grace", "30",
                            "planner.largest-record", "64kb",
                            "planner.guarantee", "exactly-twice",
                            "planner.treads", "4",
                            "colour", "blue"))));
    assertThat(refused.problems())
        .containsExactly(
            new Problem(
                "planner.handover-grace",
                "'30'",
                "a number with its unit (ms, s, m, h or d), such as 30s"),
            new Problem(
                "planner.largest-record",
                "'64kb'",
                "a number with its unit (B, KiB, MiB or GiB), such as 64KiB"),
            new Problem("planner.threads", "nothing", "1 to 64"),
            new Problem(
                "planner.guarantee", "'exactly-twice'", "one of exactly-once, at-least-once"),
            new Problem("colour", "an unknown key", "a key from the table of settings"),
            new Problem("planner.treads", "an unknown key", "perhaps planner.threads"));
    assertThat(refused).hasMessageStartingWith("6 problems with the settings:\n");
  }

  @Test
  void the_range_is_part_of_the_check() {
    assertThatThrownBy(
            () ->
                Settings.read(
                    CATALOGUE,
                    Given.of(Map.of("planner.threads", "65", "planner.handover-grace", "1d"))))
        .hasMessageContaining("planner.threads: '65' given, expected 1 to 64")
        .hasMessageContaining("planner.handover-grace: '1d' given, expected 1s to 10m");
  }

  @Test
  void a_number_that_does_not_fit_is_a_problem_like_any_other() {
    assertThatThrownBy(
            () -> Settings.read(CATALOGUE, Given.of(Map.of("planner.threads", "9999999999"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("planner.threads: '9999999999'");
  }

  @Test
  void the_environment_wins_over_the_file_and_the_program_over_both(@TempDir Path folder)
      throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("planner.properties"),
            "planner.threads=2\nplanner.handover-grace=5s\nplanner.pools=a, b\n");
    Settings settings =
        Settings.read(
            CATALOGUE,
            Given.from(
                    Optional.of(file),
                    Map.of(
                        "WEIRKEEPER_PLANNER_THREADS",
                        "3",
                        "WEIRKEEPER_PLANNER_HANDOVER_GRACE",
                        "6s",
                        "WEIRKEEPER_CONFIG",
                        "elsewhere",
                        "HOME",
                        "/root"))
                .with(Map.of("planner.handover-grace", "7s"))
                .under(Map.of("planner.pools", "c", "planner.largest-record", "1KiB")));
    assertThat(settings.get(THREADS)).isEqualTo(3);
    assertThat(settings.get(GRACE)).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.get(POOLS)).containsExactly("a", "b");
    assertThat(settings.get(LARGEST)).isEqualTo(1024);
  }

  @Test
  void an_unknown_variable_with_our_prefix_is_a_problem() {
    assertThatThrownBy(
            () ->
                Settings.read(
                    CATALOGUE,
                    Given.from(
                        Optional.empty(),
                        Map.of(
                            "WEIRKEEPER_PLANNER_THREADS", "3", "WEIRKEEPER_PLANNER_THREAD", "3"))))
        .hasMessageContaining("planner.thread: an unknown key given, expected perhaps")
        .hasMessageContaining("planner.threads");
  }

  @Test
  void keys_of_another_service_in_the_same_file_are_left_to_it() {
    Settings settings =
        Settings.read(
            CATALOGUE, Given.of(Map.of("planner.threads", "1", "executor.anything", "x")));
    assertThat(settings.get(THREADS)).isEqualTo(1);
  }

  @Test
  void well_known_names_are_accepted_after_our_own() {
    Map<String, String> wellKnown =
        Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:1", "SCHEMA_REGISTRY_URL", "http://r:1");
    Connection connection =
        Connection.from(
            Settings.read(Connection.CATALOGUE, Given.from(Optional.empty(), wellKnown)));
    assertThat(connection.bootstrapServers()).isEqualTo("a:1");
    assertThat(connection.serde()).containsEntry("schema.registry.url", "http://r:1");

    Map<String, String> both =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS",
            "a:1",
            "WEIRKEEPER_KAFKA_BOOTSTRAP_SERVERS",
            "b:2",
            "SCHEMA_REGISTRY_URL",
            "http://r:1");
    assertThat(
            Connection.from(Settings.read(Connection.CATALOGUE, Given.from(Optional.empty(), both)))
                .bootstrapServers())
        .isEqualTo("b:2");
  }

  @Test
  void kafkas_own_keys_pass_through_and_the_kind_wins_over_all() {
    Settings settings =
        Settings.read(
            CATALOGUE,
            Given.from(
                    Optional.empty(),
                    Map.of(
                        "WEIRKEEPER_KAFKA_PRODUCER_LINGER_MS",
                        "5",
                        "WEIRKEEPER_KAFKA_SHARE_CONSUMER_MAX_POLL_RECORDS",
                        "10"))
                .with(
                    Map.of(
                        "planner.threads", "1",
                        "kafka.security.protocol", "SASL_SSL",
                        "kafka.client.id", "all",
                        "kafka.producer.client.id", "mine",
                        "kafka.streams.consumer.max.poll.records", "7")));
    assertThat(settings.kafka().producer())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("security.protocol", "SASL_SSL", "client.id", "mine", "linger.ms", "5"));
    assertThat(settings.kafka().streams()).containsEntry("consumer.max.poll.records", "7");
    assertThat(settings.kafka().shareConsumer()).containsEntry("max.poll.records", "10");
    assertThat(settings.kafka().admin())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("security.protocol", "SASL_SSL", "client.id", "all"));
    assertThat(settings.kafka().toString()).doesNotContain("SASL_SSL");
  }

  @Test
  void a_secret_is_shown_nowhere() {
    Settings settings =
        Settings.read(
            CATALOGUE,
            Given.of(Map.of("planner.threads", "1", "planner.anthropic.api-key", "sk-1")));
    assertThat(settings.get(KEY).orElseThrow().reveal()).isEqualTo("sk-1");
    assertThat(settings.get(KEY).toString()).isEqualTo("Optional[***]");
  }

  @Test
  void a_value_can_refer_to_a_file_or_a_variable(@TempDir Path folder) throws Exception {
    Path mounted = Files.writeString(folder.resolve("key"), "sk-2\n");
    Settings settings =
        Settings.read(
            CATALOGUE,
            Given.from(Optional.empty(), Map.of("THREADS", "4"))
                .with(
                    Map.of(
                        "planner.threads",
                        "${env:THREADS}",
                        "planner.anthropic.api-key",
                        "${file:" + mounted + "}")));
    assertThat(settings.get(THREADS)).isEqualTo(4);
    assertThat(settings.get(KEY)).contains(Secret.of("sk-2"));
    assertThatThrownBy(
            () ->
                Settings.read(
                    CATALOGUE,
                    Given.of(
                        Map.of(
                            "planner.threads", "1",
                            "planner.anthropic.api-key", "${file:/nowhere/key}"))))
        .hasMessageContaining(
            "planner.anthropic.api-key: ${file:/nowhere/key} given, expected a file");
  }

  @Test
  void rules_between_settings_are_asked_once_each_is_right() {
    Catalogue ruled =
        CATALOGUE.rule(
            settings ->
                settings.get(GRACE).toSeconds() > settings.get(THREADS)
                    ? Optional.empty()
                    : Optional.of(
                        new Problem("planner.threads", "too many", "fewer than seconds")));
    assertThatThrownBy(() -> Settings.read(ruled, Given.of(Map.of("planner.threads", "40"))))
        .hasMessageContaining("planner.threads: too many given, expected fewer than seconds");
  }

  @Test
  void a_settings_file_that_is_missing_is_named() {
    assertThatThrownBy(() -> Given.from(Optional.of(Path.of("/nowhere/x.properties")), Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("/nowhere/x.properties");
  }

  @Test
  void the_table_for_documents_has_a_row_for_each_setting() {
    assertThat(CATALOGUE.markdown())
        .isEqualTo(
            """
            | key | kind | default | allowed | meaning |
            |---|---|---|---|---|
            | `planner.handover-grace` | duration | `30s` | 1s to 10m | how long to wait |
            | `planner.largest-record` | size | `64KiB` |  | largest record |
            | `planner.threads` | whole number | required | 1 to 64 | stream threads |
            | `planner.guarantee` | choice | `exactly-once` | one of exactly-once, at-least-once | delivery |
            | `planner.anthropic.api-key` | secret | none |  | key |
            | `planner.pools` | list | `default` |  | pools |
            """);
  }
}
