package dev.weirkeeper.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TerminalTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  record Bill(String taskId, long costNanoUsd) {}

  @Test
  void results_go_to_standard_output_and_notes_to_standard_error() {
    Terminal terminal = terminal(false, false);
    terminal.show(new Bill("t", 5), () -> "5 for t");
    terminal.note("working");
    assertThat(text(out)).isEqualTo("5 for t\n");
    assertThat(text(err)).isEqualTo("working\n");
  }

  @Test
  void json_is_one_object_per_line_in_the_wires_words() {
    terminal(true, false).show(new Bill("t", 5), () -> "never");
    assertThat(text(out)).isEqualTo("{\"task_id\":\"t\",\"cost_nano_usd\":5}\n");
  }

  @Test
  void styles_are_shown_in_colour_only() {
    assertThat(terminal(false, false).styled(Terminal.Style.BAD, "x")).isEqualTo("x");
    assertThat(terminal(false, true).styled(Terminal.Style.BAD, "x"))
        .isEqualTo("\u001b[31mx\u001b[0m");
  }

  @Test
  void progress_is_one_line_of_a_terminal_that_the_next_result_takes_the_place_of() {
    Terminal terminal = terminal(false, true);
    terminal.progress("1 of 2");
    terminal.progress("2 of 2");
    terminal.show(new Bill("t", 5), () -> "5 for t");
    assertThat(text(err)).endsWith("\r\u001b[K").doesNotContain("\n");
    assertThat(text(out)).isEqualTo("5 for t\n");
  }

  @Test
  void a_file_is_not_filled_with_progress() {
    terminal(false, false).progress("1 of 2");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void a_command_whose_output_nobody_reads_any_more_ends() {
    PrintStream closed =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            true,
            StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(closed, stream(err), false, false);
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> terminal.show(new Bill("t", 5), () -> "5 for t"))
        .extracting(Trouble::exitCode)
        .isEqualTo(ExitCode.INTERRUPTED);
  }

  @Test
  void a_table_is_as_wide_as_its_cells_and_numbers_stand_right() {
    assertThat(
            new Table("model", "tokens", "cost")
                .row("a", 7, "$0.10")
                .row("longer name", 1234, "$10.00")
                .toString())
        .isEqualTo(
            """
            model        tokens    cost
            -----------  ------  ------
            a                 7   $0.10
            longer name    1234  $10.00""");
  }

  @Test
  void money_is_shown_exactly() {
    assertThat(Amounts.dollars(1_234_000)).isEqualTo("$0.001234");
    assertThat(Amounts.dollars(1_234_567)).isEqualTo("$0.001234567");
    assertThat(Amounts.dollars(0)).isEqualTo("$0.000000");
    assertThat(Amounts.dollars(12_500_000_000L)).isEqualTo("$12.500000");
  }

  @Test
  void times_are_as_exact_as_people_want_them() {
    assertThat(Amounts.time(Duration.ofMillis(999))).isEqualTo("999 ms");
    assertThat(Amounts.time(Duration.ofMillis(1_500))).isEqualTo("1.5 s");
    assertThat(Amounts.time(Duration.ofSeconds(185))).isEqualTo("3m 05s");
  }

  @Test
  void the_head_of_a_text_is_one_line() {
    assertThat(Amounts.head("a\n  b", 10)).isEqualTo("a b");
    assertThat(Amounts.head("abcdefgh", 4)).isEqualTo("abc…");
  }

  private Terminal terminal(boolean json, boolean colour) {
    return new Terminal(stream(out), stream(err), json, colour);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
