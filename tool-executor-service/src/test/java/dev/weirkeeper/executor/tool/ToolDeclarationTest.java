package dev.weirkeeper.executor.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolErrorCode;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ToolDeclarationTest {

  enum Status {
    OPEN,
    IN_PROGRESS,
    CLOSED
  }

  record Place(@Param("Two-letter country code") String country, Optional<String> city) {}

  record Search(
      @Param(value = "Words to look for", examples = "printer on fire", minLength = 1) String query,
      @Param(value = "Only tickets in this state", defaultValue = "open") Status status,
      @Param(value = "How many at most", min = "1", max = "50", defaultValue = "10") int limit,
      @Param(value = "Reporter's mail address", format = "email") Optional<String> reportedBy,
      @Param(maxLength = 3) @Nullable List<String> labels,
      Optional<LocalDate> since,
      Optional<Status> orElse,
      Optional<Place> place) {}

  record Found(String query, Status status, int maxResults, List<String> labels) {}

  static final class Tickets {

    @Tool(
        name = "search_tickets",
        description = "Finds tickets",
        readOnly = true,
        timeout = "5s",
        rate = "10/s")
    Found search(Search input, ToolContext context) {
      context.progress("searching");
      return new Found(
          input.query(),
          input.status(),
          input.limit(),
          input.labels() == null ? List.of() : input.labels());
    }

    @Tool(name = "ping", description = "Says pong")
    String ping() {
      return "pong";
    }

    @Tool(name = "whoami", description = "Says which call this is")
    String whoami(ToolContext context) {
      return context.idempotencyKey();
    }

    @Tool(name = "since", description = "Takes a date")
    String since(Dated dated) {
      return dated.day().toString();
    }

    record Dated(LocalDate day) {}
  }

  private final ToolTrial trial = ToolTrial.of(new Tickets());
  private final ToolCatalogue catalogue = ToolCatalogue.of(new Tickets());

  private JsonNode schemaOf(String tool) {
    return ToolJson.mapper()
        .readTree(catalogue.find(tool).orElseThrow().declaration().inputSchema());
  }

  @Nested
  class A_generated_schema {

    private final JsonNode properties = schemaOf("search_tickets").path("properties");

    @Test
    void forbids_unknown_arguments_and_requires_those_without_default_or_optional() {
      JsonNode schema = schemaOf("search_tickets");
      assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
      assertThat(schema.path("required").toString()).isEqualTo("[\"query\"]");
      assertThat(schema.path("type").asString()).isEqualTo("object");
    }

    @Test
    void names_arguments_in_snake_case() {
      assertThat(properties.propertyNames()).contains("reported_by", "or_else");
    }

    @Test
    void carries_descriptions_examples_bounds_formats_and_defaults() {
      assertThat(properties.path("query").toString())
          .isEqualTo(
              "{\"description\":\"Words to look for\",\"examples\":[\"printer on fire\"],\"minLength\":1,\"type\":\"string\"}");
      assertThat(properties.path("limit").toString())
          .isEqualTo(
              "{\"default\":10,\"description\":\"How many at most\",\"maximum\":50,\"minimum\":1,\"type\":\"integer\"}");
      assertThat(properties.path("reported_by").path("format").asString()).isEqualTo("email");
      assertThat(properties.path("since").path("format").asString()).isEqualTo("date");
      assertThat(properties.path("labels").path("maxItems").asInt()).isEqualTo(3);
    }

    @Test
    void lists_enum_constants_in_lower_case() {
      assertThat(properties.path("status").toString())
          .isEqualTo(
              "{\"default\":\"open\",\"description\":\"Only tickets in this state\",\"enum\":[\"open\",\"in_progress\",\"closed\"],\"type\":\"string\"}");
    }

    @Test
    void is_an_empty_object_for_a_tool_without_arguments() {
      assertThat(schemaOf("ping").toString())
          .isEqualTo("{\"additionalProperties\":false,\"properties\":{},\"type\":\"object\"}");
    }
  }

  @Nested
  class A_call {

    @Test
    void gets_its_defaults_and_returns_json_in_snake_case() throws Exception {
      assertThat(trial.call("search_tickets", "{\"query\":\"fire\"}"))
          .isEqualTo("{\"query\":\"fire\",\"status\":\"open\",\"max_results\":10,\"labels\":[]}");
    }

    @Test
    void takes_null_for_what_is_optional() throws Exception {
      assertThat(
              trial.call(
                  "search_tickets",
                  "{\"query\":\"fire\",\"labels\":null,\"or_else\":null,\"place\":null,\"since\":null}"))
          .contains("\"labels\":[]");
    }

    @Test
    void returns_a_string_as_it_is_and_knows_its_key() throws Exception {
      assertThat(trial.call("ping", "")).isEqualTo("pong");
      assertThat(trial.call("whoami", "{}", "s/3/1")).isEqualTo("s/3/1");
    }

    @Test
    void says_which_argument_is_wrong_and_what_was_meant() {
      assertThatThrownBy(
              () ->
                  trial.call(
                      "search_tickets",
                      "{\"query\":\"x\",\"status\":\"in-progres\",\"limit\":99,\"lables\":[]}"))
          .isInstanceOfSatisfying(
              ToolFailure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
                assertThat(failure.message())
                    .contains("/limit: expected maximum 50, got 99")
                    .contains("/lables: expected only")
                    .contains(
                        "/status: expected one of \"open\", \"in_progress\", \"closed\", got \"in-progres\"");
              });
    }

    @Test
    void that_passes_the_schema_but_fits_no_java_value_is_refused_too() {
      assertThatThrownBy(() -> trial.call("since", "{\"day\":\"31 February\"}"))
          .isInstanceOf(ToolFailure.class);
    }
  }

  @Nested
  class A_check_of_arguments {

    private List<ArgumentProblem> problems(String arguments) {
      InputSchema schema = catalogue.find("search_tickets").orElseThrow().schema();
      return schema.check(arguments) instanceof InputSchema.Check.Invalid invalid
          ? invalid.problems()
          : List.of();
    }

    @Test
    void describes_what_is_missing() {
      assertThat(problems("{}"))
          .containsExactly(
              new ArgumentProblem("/query", "string (Words to look for)", "nothing", "add query"));
    }

    @Test
    void suggests_the_closest_name_and_the_closest_enum_value() {
      assertThat(problems("{\"query\":\"x\",\"stat\":\"open\",\"status\":\"in progress\"}"))
          .extracting(ArgumentProblem::hint)
          .containsExactly("did you mean status?", "did you mean \"in_progress\"?");
    }

    @Test
    void reaches_into_nested_objects() {
      assertThat(problems("{\"query\":\"x\",\"place\":{\"city\":\"Ulm\"}}"))
          .extracting(ArgumentProblem::path)
          .contains("/place/country");
    }

    @Test
    void refuses_what_is_no_json_object() {
      assertThat(problems("[1]")).extracting(ArgumentProblem::expected).contains("a JSON object");
      assertThat(problems("{\"query\":")).extracting(ArgumentProblem::path).containsExactly("");
      assertThat(problems("{\"query\":\"a\",\"query\":\"b\"}")).hasSize(1);
      assertThat(problems("{} {}")).hasSize(1);
    }

    @Test
    void refuses_numbers_that_would_take_for_ever() {
      assertThat(problems("{\"query\":\"x\",\"limit\":1e1000000000}")).hasSize(1);
      assertThat(problems("{\"query\":\"x\",\"limit\":1e1000000}")).hasSize(1);
    }

    @Test
    void refuses_nesting_without_end() {
      assertThat(problems("[".repeat(100_000))).hasSize(1);
    }
  }

  @Nested
  class A_definition {

    @Test
    void carries_the_attributes_of_the_annotation() {
      ToolDefinition search =
          catalogue.definitions().stream()
              .filter(definition -> definition.getName().equals("search_tickets"))
              .findFirst()
              .orElseThrow();
      assertThat(search.getReadOnly()).isTrue();
      assertThat(search.getDestructive()).isFalse();
      assertThat(search.getTimeoutMs()).isEqualTo(5_000);
      assertThat(search.getMaxAttempts()).isEqualTo(3);
      assertThat(search.getPool()).isEqualTo("default");
      assertThat(search.getSource()).isEqualTo("code");
      assertThat(search.getVersion()).matches("[0-9a-f]{64}");
    }

    @Test
    void has_a_version_that_changes_exactly_when_it_changes() {
      ToolDeclaration declaration = catalogue.find("ping").orElseThrow().declaration();
      assertThat(declaration.version())
          .isEqualTo(ToolCatalogue.of(new Tickets()).find("ping").orElseThrow().version());
      assertThat(declaration.inPool("slow").version()).isNotEqualTo(declaration.version());
    }
  }

  @Nested
  class A_wrong_declaration {

    static final class Twice {
      @Tool(name = "ping", description = "Says pong too")
      String ping() {
        return "pong";
      }
    }

    static final class Spaced {
      @Tool(name = "my tool", description = "Has a space")
      void run() {}
    }

    static final class Contradiction {
      @Tool(name = "x", description = "Both", destructive = true, readOnly = true)
      void run() {}
    }

    static final class Loose {
      @Tool(name = "x", description = "Takes a string")
      void run(String text) {}
    }

    record Badly(@Param(defaultValue = "fifty", max = "50") int limit) {}

    static final class BadDefault {
      @Tool(name = "x", description = "Has a default that is no number")
      void run(Badly input) {}
    }

    record Mismatched(@Param(defaultValue = "51", max = "50") int limit) {}

    static final class MismatchedDefault {
      @Tool(name = "x", description = "Has a default beyond its own bound")
      void run(Mismatched input) {}
    }

    static final class NoReconciler {
      @Tool(name = "x", description = "Names a method that is not there", reconcile = "gone")
      void run() {}
    }

    @Test
    void is_refused_with_the_place_and_the_reason() {
      assertThatThrownBy(() -> ToolCatalogue.of(new Tickets(), new Twice()))
          .hasMessageContaining("two tools are called 'ping'");
      assertThatThrownBy(() -> ToolCatalogue.of(new Spaced()))
          .hasMessageContaining("Spaced.run: tool name 'my tool'");
      assertThatThrownBy(() -> ToolCatalogue.of(new Contradiction()))
          .hasMessageContaining("both destructive and read-only");
      assertThatThrownBy(() -> ToolCatalogue.of(new Loose()))
          .hasMessageContaining("must be a record");
      assertThatThrownBy(() -> ToolCatalogue.of(new BadDefault()))
          .hasMessageContaining("'fifty' is no JSON value");
      assertThatThrownBy(() -> ToolCatalogue.of(new MismatchedDefault()))
          .hasMessageContaining("/limit");
      assertThatThrownBy(() -> ToolCatalogue.of(new NoReconciler()))
          .hasMessageContaining("no reconcile method gone");
      assertThatThrownBy(() -> ToolCatalogue.of("text")).hasMessageContaining("offers nothing");
    }
  }

  @Nested
  class A_schema_of_its_own {

    static final class Overridden {
      @Tool(name = "x", description = "Has a schema of its own", schema = "own-schema.json")
      String run(ObjectNode input) {
        return input.path("any").asString();
      }
    }

    @Test
    void replaces_the_generated_one() throws Exception {
      assertThat(ToolTrial.of(new Overridden()).call("x", "{\"any\":\"thing\"}"))
          .isEqualTo("thing");
    }

    @Test
    void must_describe_an_object_and_stay_inside_itself() {
      assertThatThrownBy(() -> InputSchema.of("[]")).hasMessageContaining("must be a JSON object");
      assertThatThrownBy(
              () ->
                  InputSchema.of(
                      "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"http://127.0.0.1:9/x\"}}}"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
