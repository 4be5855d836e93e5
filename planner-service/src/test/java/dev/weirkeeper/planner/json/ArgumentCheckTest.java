package dev.weirkeeper.planner.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentCheckTest {

  private static final ToolDefinition TICKETS =
      tool(
          "search_tickets",
          """
          {"type":"object","additionalProperties":false,"required":["status"],"properties":{
            "status":{"enum":["open","closed","pending"]},
            "limit":{"type":"integer","minimum":1,"maximum":50},
            "text":{"type":"string","pattern":"^[a-z ]+$","maxLength":20},
            "who":{"$ref":"#/$defs/person"}},
           "$defs":{"person":{"type":"object","additionalProperties":false,
             "properties":{"user_id":{"type":"string"}},"required":["user_id"]}}}\
          """);
  private static final ToolDefinition LOOKUP = tool("lookup_user", "{\"type\":\"object\"}");

  private static ToolDefinition tool(String name, String schema) {
    return ToolDefinition.newBuilder()
        .setName(name)
        .setVersion(name + "-1")
        .setDescription("")
        .setInputSchema(schema)
        .build();
  }

  private static ToolError problem(String arguments) {
    return ArgumentCheck.problem(TICKETS, arguments).orElseThrow();
  }

  @Nested
  class Arguments {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"status\":\"open\"}",
          "{\"limit\":1.0,\"status\":\"closed\"}",
          "{\"limit\":50,\"status\":\"open\",\"text\":\"pass word\",\"who\":{\"user_id\":\"u\"}}"
        })
    void that_fit_pass(String arguments) {
      assertThat(ArgumentCheck.problem(TICKETS, arguments)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{}|at /status expected a value, it is required, got nothing",
          "{\"status\":\"opne\"}|at /status expected one of open, closed, pending, got \"opne\","
              + " closest is open",
          "{\"status\":7}|at /status expected one of open, closed, pending, got 7",
          "{\"limit\":\"5\",\"status\":\"open\"}|at /limit expected the type integer, got \"5\"",
          "{\"limit\":0,\"status\":\"open\"}|at /limit expected minimum 1, got 0",
          "{\"limit\":1.5,\"status\":\"open\"}|at /limit expected the type integer, got 1.5",
          "{\"status\":\"open\",\"text\":\"A1\"}|at /text expected pattern",
          "{\"status\":\"open\",\"limti\":5}|at /limti expected one of the arguments status, limit,"
              + " text, who, got an argument named limti, closest is limit",
          "{\"status\":\"open\",\"who\":{\"user\":\"u\",\"user_id\":\"u\"}}|at /who/user expected"
              + " one of the arguments user_id, got an argument named user",
          "{\"status\":\"open\",\"who\":{}}|at /who/user_id expected a value",
          "[]|at / expected the type object",
        })
    void that_do_not_fit_are_named_with_what_is_expected_and_what_came(
        String arguments, String sentence) {
      ToolError problem = problem(arguments);

      assertThat(problem.getCode()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
      assertThat(problem.getMessage()).contains("search_tickets", sentence);
    }

    @Test
    void that_are_nearly_right_get_a_hint() {
      assertThat(problem("{\"status\":\"Opened\"}").getHint())
          .isEqualTo("did you mean open at /status?");
      assertThat(problem("{\"status\":\"xyz\"}").getHint()).contains("call search_tickets again");
    }

    @Test
    void with_many_mistakes_name_the_first_and_count_the_others() {
      StringBuilder arguments = new StringBuilder("{\"status\":\"open\"");
      for (int i = 0; i < 20; i++) {
        arguments.append(",\"x").append(i).append("\":1");
      }

      ToolError problem = problem(arguments.append('}').toString());

      assertThat(problem.getDetails()).contains("\"more_problems\":15");
      assertThat(problem.getMessage().length()).isLessThan(2000);
    }

    @Test
    void that_are_no_json_are_refused_as_such() {
      ToolError problem = ArgumentCheck.notJson(List.of(TICKETS), "search_tickets", "it is broken");

      assertThat(problem.getCode()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
      assertThat(problem.getMessage()).contains("search_tickets", "it is broken");
    }
  }

  @Nested
  class A_tool {

    @Test
    void that_is_not_there_is_named_with_those_that_are() {
      ToolError problem =
          ArgumentCheck.problem(List.of(TICKETS, LOOKUP), "lookup_usr", "{}").orElseThrow();

      assertThat(problem.getCode()).isEqualTo(ToolErrorCode.UNKNOWN_TOOL);
      assertThat(problem.getMessage()).contains("lookup_usr");
      assertThat(problem.getHint()).isEqualTo("did you mean lookup_user?");
      assertThat(ToolErrorText.of(problem))
          .isEqualTo(
              "{\"error\":{\"code\":\"unknown_tool\",\"message\":\"there is no tool named"
                  + " lookup_usr\",\"hint\":\"did you mean lookup_user?\",\"available_tools\":"
                  + "[\"lookup_user\",\"search_tickets\"]}}");
    }

    @Test
    void that_is_not_there_comes_before_arguments_that_are_no_json() {
      assertThat(ArgumentCheck.notJson(List.of(LOOKUP), "nope", "x").getCode())
          .isEqualTo(ToolErrorCode.UNKNOWN_TOOL);
      assertThat(ArgumentCheck.problem(List.of(), "nope", "{}").orElseThrow().getHint())
          .isEqualTo("no tools are available, answer without them");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{",
          "[]",
          "{\"type\":7}",
          "{\"type\":\"object\",\"properties\":{\"a\":{\"pattern\":\"(\"}}}",
          "{\"$ref\":\"https://example.com/schema.json\"}",
          "{\"$ref\":\"file:///etc/passwd\"}",
          "{\"$ref\":\"#/$defs/none\"}"
        })
    void whose_schema_is_broken_is_refused_as_broken(String schema) {
      ToolError problem =
          ArgumentCheck.problem(tool("broken", schema), "{\"a\":\"x\"}").orElseThrow();

      assertThat(problem.getMessage()).contains("broken", "schema");
    }

    @Test
    void whose_pattern_takes_for_ever_is_given_up_soon() {
      ToolDefinition slow =
          tool(
              "slow", "{\"properties\":{\"a\":{\"pattern\":\"^(.*a){20}$\"}},\"type\":\"object\"}");
      long start = System.nanoTime();

      ToolError problem =
          ArgumentCheck.problem(slow, "{\"a\":\"" + "a".repeat(60) + "!\"}").orElseThrow();

      assertThat(problem.getMessage()).contains("takes too long");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void whose_whole_number_is_beyond_every_bound_is_told_so() {
      ToolDefinition bounded =
          tool(
              "bounded",
              "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"maximum\":9}}}");

      assertThat(ArgumentCheck.problem(bounded, "{\"n\":1E45}")).isPresent();
      assertThat(ArgumentCheck.problem(bounded, "{\"n\":1000000000000000000000000000000}"))
          .isPresent();
      assertThat(ArgumentCheck.problem(bounded, "{\"n\":9}")).isEmpty();
    }

    @Test
    void whose_schema_refers_to_itself_is_checked_all_the_same() {
      ToolDefinition tree =
          tool(
              "tree",
              "{\"type\":\"object\",\"properties\":{\"child\":{\"$ref\":\"#\"}},"
                  + "\"additionalProperties\":false}");

      assertThat(ArgumentCheck.problem(tree, "{\"child\":{\"child\":{}}}")).isEmpty();
      assertThat(ArgumentCheck.problem(tree, "{\"child\":{\"child\":{\"x\":1}}}")).isPresent();
    }
  }
}
