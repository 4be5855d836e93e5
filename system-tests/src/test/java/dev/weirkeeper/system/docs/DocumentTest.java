package dev.weirkeeper.system.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.system.docs.Document.Block;
import dev.weirkeeper.system.docs.Document.Command;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DocumentTest {

  @Test
  void a_block_that_begins_with_a_command_is_one_of_commands() {
    Document page =
        read(
            """
            Try this:

                ./weir demo   # six tasks
                ./weir submit "one # two" \\
                  --watch

            """);
    assertThat(commands(page))
        .containsExactly("./weir demo", "./weir submit \"one # two\" --watch");
  }

  @Test
  void other_blocks_are_not_run_but_must_not_hold_commands() {
    Document page =
        read(
            """

                complete  task t-1
                ./weir demo

            ```java
            weir up
            ```
            """);
    assertThat(commands(page)).isEmpty();
    assertThat(page.blocks().stream().flatMap(block -> block.strays().stream()))
        .containsExactly("./weir demo");
  }

  @Test
  void marks_belong_to_the_block_after_them() {
    Document page =
        read(
            """
            <!-- not run: needs a container engine -->
            ```sh
            docker compose up
            ```

            <!-- exits: 1 -->

            ```sh
            weir doctor
            ```

            <!-- file: tasks.jsonl -->
            ```json
            {"task": "x"}
            ```

            ```sh
            weir tools
            ```
            """);
    assertThat(page.blocks())
        .extracting(Block::marks)
        .extracting(Object::toString)
        .containsExactly(
            "{not run=needs a container engine}", "{exits=1}", "{file=tasks.jsonl}", "{}");
  }

  @Test
  void of_a_console_only_what_is_typed_is_run() {
    Document page =
        read(
            """
            ```console
            $ weir topics list
            topic   value
            ```
            """);
    assertThat(commands(page)).containsExactly("weir topics list");
  }

  @Test
  void commands_within_sentences_are_found() {
    assertThat(read("Run `weir topics create` or `./weir doctor --json` first.").inlines())
        .extracting(Document.Inline::text)
        .containsExactly("weir topics create", "./weir doctor --json");
  }

  private static Document read(String text) {
    return Document.parse(Path.of("page.md"), text.lines().toList());
  }

  private static List<String> commands(Document page) {
    return page.blocks().stream()
        .filter(Block::isShell)
        .flatMap(block -> block.commands().stream())
        .map(Command::text)
        .toList();
  }
}
