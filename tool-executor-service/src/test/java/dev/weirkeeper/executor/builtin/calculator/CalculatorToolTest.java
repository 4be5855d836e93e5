package dev.weirkeeper.executor.builtin.calculator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import org.junit.jupiter.api.Test;

class CalculatorToolTest {
  private final ToolTrial trial = ToolTrial.of(new CalculatorTool());

  @Test
  void a_model_is_told_the_result_and_that_it_is_exact() throws Exception {
    assertThat(trial.call("calculator", "{\"expression\":\"2^32\"}"))
        .isEqualTo("{\"result\":\"4294967296\",\"exact\":true}");
  }

  @Test
  void a_model_is_told_where_its_expression_is_wrong_and_what_to_write_instead() {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("calculator", "{\"expression\":\"1,000 * 2\"}"))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
              assertThat(failure.message())
                  .isEqualTo(
                      "the expression has no value: at character 2, expected an operator or the end"
                          + " of the expression but found `,`");
              assertThat(failure.hint())
                  .contains("write numbers without separators: 1234567.89, not 1,234,567.89");
              assertThat(failure.details()).containsEntry("position", 2);
            });
  }
}
