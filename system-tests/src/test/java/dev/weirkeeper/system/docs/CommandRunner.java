package dev.weirkeeper.system.docs;

import dev.weirkeeper.cli.command.CommandTree;
import dev.weirkeeper.system.docs.Document.Command;
import dev.weirkeeper.system.docs.RunningStack.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import picocli.CommandLine;

/** Runs a command of a document, each kind of program in its way. */
final class CommandRunner {

  /** Programs that are run where they are installed and passed over where not. */
  private static final Set<String> OPTIONAL = Set.of("curl", "kcat", "jq", "psql", "openssl");

  private static final Set<String> GOALS =
      Set.of("clean", "compile", "test-compile", "test", "package", "verify", "install");

  private static final Pattern FILE =
      Pattern.compile("[\\w./-]+\\.(jsonl?|ya?ml|properties|csv|parquet)");

  private final RunningStack stack;
  private final Placeholders placeholders;

  CommandRunner(RunningStack stack, Placeholders placeholders) {
    this.stack = stack;
    this.placeholders = placeholders;
  }

  /** Runs it, or says why it can't be. */
  void run(Command command) throws InterruptedException {
    String program = command.program();
    if (program.equals("mvn")) {
      checkMaven(command);
      return;
    }
    if (command.text().contains("$AUTH") && !installed("curl")) {
      throw new TestAbortedException("curl is not installed here");
    }
    for (String optional : OPTIONAL) {
      if (command.text().matches(".*(^|[|;&(]\\s*)" + optional + "\\b.*") && !installed(optional)) {
        throw new TestAbortedException(optional + " is not installed here");
      }
    }
    boolean ours = program.equals("weir") || program.equals("./weir");
    if (!ours && !OPTIONAL.contains(program) && !Set.of("cp", "cat", "echo").contains(program)) {
      throw new AssertionError(
          "%s%nis not run by this test: mark its block with <!-- not run: why -->"
              .formatted(command));
    }
    String text = placeholders.fill(command.text());
    Ran ran;
    if (ours && !command.needsShell()) {
      List<String> arguments = words(text).subList(1, words(text).size());
      if (arguments.equals(List.of("up"))) {
        return; // That is how the stack that all others run on was started.
      }
      ran = untilStopped(arguments) ? stack.untilStopped(text) : stack.weir(inFolder(arguments));
    } else {
      ran = stack.shell(here(text));
    }
    int expected = ours && untilStopped(words(text)) ? 143 : command.block().exits();
    if (ran.exit() != expected) {
      throw new AssertionError("%s%n%s, expected %d".formatted(command, ran, expected));
    }
  }

  /** A command of ours within a sentence is only looked at: every word of it must exist. */
  void check(Document.Inline inline) {
    CommandLine at = CommandTree.commands();
    List<String> words = words(inline.text());
    boolean options = false;
    for (String word : words.subList(1, words.size())) {
      CommandLine child = options ? null : at.getSubcommands().get(word);
      if (child != null) {
        at = child;
      } else if (word.startsWith("--")) {
        String name = word.replaceFirst("=.*", "");
        options = true;
        if (!at.getCommandSpec().optionsMap().containsKey(name)) {
          throw new AssertionError("%s%nhas no option %s".formatted(inline, name));
        }
      } else if (!options && !at.getSubcommands().isEmpty() && word.matches("[a-z-]+")) {
        throw new AssertionError("%s%nhas no command %s".formatted(inline, word));
      } else {
        options = true;
      }
    }
  }

  private static boolean untilStopped(List<String> arguments) {
    return arguments.contains("up")
        || (arguments.contains("watch") && !arguments.contains("--for"));
  }

  /** Documents name the addresses that services listen on unless told otherwise. */
  private String here(String text) {
    Map<String, String> known =
        Map.of(
            "localhost:9092", stack.address("kafka.bootstrap.servers"),
            "http://localhost:8081", stack.address("schema.registry.url"),
            "localhost:8080", "127.0.0.1:" + stack.address("stack.http-port"),
            "http://127.0.0.1:8090", stack.address("cli.audit-url"));
    String there = text;
    for (Map.Entry<String, String> one : known.entrySet()) {
      there = there.replace(one.getKey(), one.getValue());
    }
    return there.replaceAll("(^|[|;&(]\\s*)weir ", "$1./weir ");
  }

  private List<String> inFolder(List<String> arguments) {
    return arguments.stream()
        .map(
            argument ->
                FILE.matcher(argument).matches()
                    ? stack.folder().resolve(argument).toString()
                    : here(argument))
        .toList();
  }

  /** The words of a line as a shell would split it: at blanks, save for what is quoted. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
        }
        word.setLength(0);
        begun = false;
      } else if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        begun = true;
      } else {
        if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
          c = text.charAt(++i);
        }
        word.append(c);
        begun = true;
      }
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean installed(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /**
   * A build can't run within itself, so what it is told is looked up: modules, goals, profiles,
   * tests.
   */
  private void checkMaven(Command command) {
    List<String> words = words(command.text());
    List<String> problems = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      Optional<String> problem = Optional.empty();
      if (word.equals("-pl")) {
        for (String module : words.get(++i).split(",", -1)) {
          problem =
              Files.exists(stack.root().resolve(module).resolve("pom.xml"))
                  ? problem
                  : Optional.of("no module " + module);
        }
      } else if (word.startsWith("-P")) {
        String profile = word.substring(2);
        problem =
            anyPom("<id>" + profile + "</id>") ? problem : Optional.of("no profile " + profile);
      } else if (word.startsWith("-Dtest=")) {
        for (String pattern : word.substring("-Dtest=".length()).split(",", -1)) {
          problem = anyTest(pattern) ? problem : Optional.of("no test " + pattern);
        }
      } else if (word.contains(":") && !word.startsWith("-")) {
        String prefix = word.substring(0, word.indexOf(':'));
        problem =
            anyPom(prefix + "-maven-plugin") || anyPom("maven-" + prefix + "-plugin")
                ? problem
                : Optional.of("no plugin " + prefix);
      } else if (!word.startsWith("-") && !GOALS.contains(word)) {
        problem = Optional.of("no goal " + word);
      }
      problem.ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new AssertionError("%s%n%s".formatted(command, String.join("; ", problems)));
    }
  }

  private boolean anyPom(String text) {
    return files("glob:**/pom.xml", 2).anyMatch(pom -> contains(pom, text));
  }

  private boolean anyTest(String pattern) {
    String name = pattern.replaceFirst("#.*", "").replaceFirst(".*\\.", "");
    return files("glob:**/src/test/java/**/" + name + ".java", 12).findAny().isPresent();
  }

  private Stream<Path> files(String glob, int depth) {
    try (Stream<Path> all = Files.walk(stack.root(), depth)) {
      var matcher = stack.root().getFileSystem().getPathMatcher(glob);
      return all.filter(matcher::matches).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
