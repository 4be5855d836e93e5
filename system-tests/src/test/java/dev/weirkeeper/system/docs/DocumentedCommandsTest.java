package dev.weirkeeper.system.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weirkeeper.system.docs.Document.Block;
import dev.weirkeeper.system.docs.Document.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every command that README, CONTRIBUTING, ARCHITECTURE and the pages under docs show works. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DocumentedCommandsTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private final List<Document> documents;
  private RunningStack stack;
  private CommandRunner runner;

  DocumentedCommandsTest() throws IOException {
    documents = documents();
  }

  @BeforeAll
  void start(@TempDir Path folder) throws IOException, InterruptedException {
    stack = RunningStack.start(ROOT, folder);
    runner = new CommandRunner(stack, new Placeholders(stack));
    for (Block block : blocks().filter(block -> block.content().isPresent()).toList()) {
      Files.writeString(
          folder.resolve(block.content().orElseThrow()), String.join("\n", block.lines()) + "\n");
    }
  }

  @AfterAll
  void stop() throws InterruptedException {
    try (RunningStack stopping = stack) {
      assertThat(stopping.stop()).as("what weir up returns when it is told to stop").isEqualTo(143);
    }
  }

  @TestFactory
  Stream<DynamicTest> commands() {
    return blocks()
        .filter(block -> block.isShell() && block.notRun().isEmpty())
        .flatMap(block -> block.isScript() ? Stream.of(block.script()) : block.commands().stream())
        .map(command -> dynamicTest(command.toString(), () -> runner.run(command)));
  }

  @TestFactory
  Stream<DynamicTest> commands_within_sentences() {
    return documents.stream()
        .flatMap(document -> document.inlines().stream())
        .map(inline -> dynamicTest(inline.toString(), () -> runner.check(inline)));
  }

  @Test
  void what_looks_like_a_command_stands_in_a_block_of_commands() {
    assertThat(
            blocks()
                .flatMap(block -> block.strays().stream().map(line -> block.file() + ": " + line)))
        .as("these would not be run: let the block begin with a command, or name its language")
        .isEmpty();
  }

  @Test
  void a_block_that_is_not_run_says_why() {
    assertThat(
            blocks()
                .filter(block -> block.notRun().isPresent())
                .filter(block -> block.notRun().get().length() < 10)
                .map(block -> block.file() + ":" + block.line()))
        .isEmpty();
  }

  @Test
  void there_are_commands_at_all() {
    List<Command> all =
        blocks().filter(Block::isShell).flatMap(block -> block.commands().stream()).toList();
    assertThat(all)
        .hasSizeGreaterThan(8)
        .anySatisfy(c -> assertThat(c.text()).isEqualTo("./weir demo"));
  }

  private Stream<Block> blocks() {
    return documents.stream().flatMap(document -> document.blocks().stream());
  }

  private static List<Document> documents() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String page : List.of("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")) {
      pages.add(ROOT.resolve(page));
    }
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    List<Document> documents = new ArrayList<>();
    for (Path page : pages) {
      documents.add(Document.read(ROOT, page));
    }
    return documents;
  }
}
