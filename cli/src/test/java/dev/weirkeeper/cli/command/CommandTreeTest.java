package dev.weirkeeper.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandTreeTest {

  private static final Pattern WORD = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");

  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  @Test
  void a_command_without_a_cluster_says_how_to_get_one() {
    assertThat(execute("topics", "list", "--data", folder.toString())).isEqualTo(3);
    assertThat(err.toString())
        .startsWith("weir: no stack runs on " + folder)
        .contains("weir up", "--bootstrap", "--config");
  }

  @Test
  void a_broker_that_does_not_answer_is_named_with_what_to_do() {
    assertThat(
            execute(
                "topics", "list", "--bootstrap", "127.0.0.1:1", "--registry", "http://127.0.0.1:1"))
        .isEqualTo(3);
    assertThat(err.toString())
        .startsWith("weir: no Kafka broker answers at 127.0.0.1:1: start one (weir up)");
  }

  @Test
  void a_registry_that_does_not_answer_is_named_with_what_to_do() {
    assertThat(
            execute(
                "schemas",
                "check",
                "--bootstrap",
                "127.0.0.1:1",
                "--registry",
                "http://127.0.0.1:1"))
        .isEqualTo(3);
    assertThat(err.toString())
        .startsWith("weir: the schema registry does not answer")
        .contains("127.0.0.1:1", "--registry");
  }

  @Test
  void every_wrong_setting_is_reported() {
    assertThat(execute("topics", "list", "--bootstrap", "127.0.0.1:1", "--registry", "nowhere"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("schema.registry.url: 'nowhere' given, expected an http or https address");
  }

  @Test
  void an_unknown_option_is_answered_with_the_closest_one() {
    assertThat(execute("topics", "list", "--bootstrp", "x")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Unknown option", "--bootstrp", "Possible solutions: --bootstrap");
  }

  @Test
  void a_time_needs_its_unit() {
    assertThat(execute("submit", "hello", "--timeout", "30")).isEqualTo(2);
    assertThat(err.toString()).contains("--timeout", "such as 30s", "found '30'");
  }

  @Test
  void a_group_of_commands_alone_shows_its_help() {
    assertThat(execute("topics")).isEqualTo(2);
  }

  @Test
  void every_command_explains_itself_and_its_exit_codes() {
    everyCommand(
        CommandTree.commands(),
        command -> {
          assertThat(command.getCommandSpec().usageMessage().description())
              .as(command.getCommandName())
              .isNotEmpty();
          assertThat(command.getUsageMessage()).contains("Exit codes:", "-h, --help");
          if (command.getSubcommands().isEmpty() && !command.getCommandName().equals("help")) {
            assertThat(command.getUsageMessage()).contains("Examples:");
          }
        });
  }

  @Test
  void the_help_has_a_theme_for_every_command() {
    assertThat(CommandTree.commands().getSubcommands().values())
        .filteredOn(command -> Section.of(command.getCommand()) == Section.MORE)
        .extracting(CommandLine::getCommandName)
        .containsExactlyInAnyOrder("generate-completion", "help");
  }

  @Test
  void every_example_in_the_help_is_a_command_that_exists() {
    List<String> examples = new ArrayList<>();
    everyCommand(
        CommandTree.commands(),
        command ->
            Stream.of(command.getCommandSpec().usageMessage().footer())
                .filter(line -> line.startsWith("  "))
                .forEach(examples::add));

    assertThat(examples)
        .hasSizeGreaterThan(40)
        .allSatisfy(example -> CommandTree.commands().parseArgs(words(example)));
  }

  /** What a shell would hand to weir. */
  private static String[] words(String example) {
    String command = example.substring(example.indexOf("weir ") + "weir ".length());
    return WORD.matcher(command)
        .results()
        .map(word -> word.group().replaceAll("^(['\"])(.*)\\1$", "$2"))
        .toArray(String[]::new);
  }

  private static void everyCommand(
      CommandLine command, java.util.function.Consumer<CommandLine> check) {
    if (command.getCommandName().equals("generate-completion")) {
      return;
    }
    check.accept(command);
    command.getSubcommands().values().forEach(child -> everyCommand(child, check));
  }

  private int execute(String... arguments) {
    return CommandTree.commands().setErr(new PrintWriter(err, true)).execute(arguments);
  }
}
