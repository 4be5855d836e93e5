package dev.weirkeeper.planner.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolErrorTextTest {

  private static ToolError error(ToolErrorCode code) {
    return new ToolError(code, "It went \"wrong\".", null, null);
  }

  @ParameterizedTest
  @EnumSource
  void names_the_code_in_lower_case(ToolErrorCode code) {
    assertThat(ToolErrorText.of(error(code)))
        .isEqualTo(
            "{\"error\":{\"code\":\"%s\",\"message\":\"It went \\\"wrong\\\".\"}}"
                .formatted(code.name().toLowerCase(Locale.ROOT)));
  }

  @Test
  void puts_details_beside_the_rest_and_never_over_it() {
    ToolError error =
        new ToolError(
            ToolErrorCode.RATE_LIMITED,
            "It went \"wrong\".",
            "wait",
            "{\"limit\":5,\"used\":5,\"code\":\"other\"}");

    assertThat(ToolErrorText.of(error))
        .isEqualTo(
            "{\"error\":{\"code\":\"rate_limited\",\"message\":\"It went \\\"wrong\\\".\","
                + "\"hint\":\"wait\",\"limit\":5,\"used\":5}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1]", "null", "text"})
  void does_without_details_that_are_no_object(String details) {
    ToolError error = new ToolError(ToolErrorCode.TIMEOUT, "It went wrong.", null, details);

    assertThat(ToolErrorText.of(error)).startsWith("{\"error\":{\"code\":\"timeout\"");
  }
}
