package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.AGENTS)
@Command(
    name = "new-tool",
    description =
        "Write a project with a tool of your own: a pom, a tool of twenty lines, a test, a README.",
    footer = {"%nExamples:", "  weir new-tool find_invoice"})
final class NewToolCommand extends WeirCommand {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  private static final Pattern PACKAGE = Pattern.compile("[a-z][a-z0-9]*(\\.[a-z][a-z0-9]*)*");
  private static final Pattern POOL = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final int MAX_NAME = 64;
  private static final String DEVELOPMENT = "0.1.0-SNAPSHOT";

  @Parameters(
      paramLabel = "NAME",
      description = "the tool's name, lower-case words joined by _, such as find_invoice")
  String name = "";

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "where to write it; must be empty or missing (default: the tool's name)")
  @Nullable Path directory;

  @Option(names = "--package", paramLabel = "NAME", description = "default: com.example.tools")
  String packageName = "com.example.tools";

  @Option(
      names = "--pool",
      paramLabel = "POOL",
      description = "pool of the tool (default: its name with dashes)")
  @Nullable String pool;

  /** What was written. */
  record Written(String directory, List<String> files) {}

  @Override
  ExitCode run(Terminal terminal) throws IOException {
    if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
      throw new Trouble(
          ExitCode.USAGE,
          "'%s' is no name for a tool: lower-case letters and digits, words joined by _, at most 64 characters"
              .formatted(name));
    }
    if (!PACKAGE.matcher(packageName).matches()) {
      throw new Trouble(ExitCode.USAGE, "'%s' is no Java package".formatted(packageName));
    }
    String ownPool = pool == null ? name.replace('_', '-') : pool;
    if (!POOL.matcher(ownPool).matches()) {
      throw new Trouble(
          ExitCode.USAGE,
          "'%s' is no pool: 1 to 63 lower-case letters, digits and dashes".formatted(ownPool));
    }
    Path target = directory == null ? Path.of(name) : directory;
    requireFree(target);
    String type = typeName(name);
    Map<String, String> values =
        Map.of(
            "tool", name,
            "class", type,
            "package", packageName,
            "artifact", name.replace('_', '-'),
            "pool", ownPool,
            "version", version());
    String folder = packageName.replace('.', '/');
    Map<String, String> files = new LinkedHashMap<>();
    files.put("pom.xml", "pom.xml");
    files.put("src/main/java/" + folder + "/" + type + ".java", "Tool.java");
    files.put("src/test/java/" + folder + "/" + type + "Test.java", "ToolTest.java");
    files.put("README.md", "README.md");
    List<String> written = new ArrayList<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = target.resolve(file.getKey());
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.writeString(path, filled(file.getValue(), values));
      written.add(file.getKey());
    }
    terminal.show(
        new Written(target.toString(), written),
        () ->
            "written to %s:\n  %s\nNow: cd %s && mvn test"
                .formatted(target, String.join("\n  ", written), target));
    return ExitCode.DONE;
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    boolean empty = false;
    if (Files.isDirectory(target)) {
      try (Stream<Path> inside = Files.list(target)) {
        empty = inside.findAny().isEmpty();
      }
    }
    if (!empty) {
      throw new Trouble(
          ExitCode.USAGE,
          "%s is there already and is no empty directory: name another with --directory"
              .formatted(target));
    }
  }

  private static String typeName(String tool) {
    return Arrays.stream(tool.split("_", -1))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  private static String version() {
    String version = NewToolCommand.class.getPackage().getImplementationVersion();
    return version == null ? DEVELOPMENT : version;
  }

  private static String filled(String template, Map<String, String> values) throws IOException {
    String resource = "/dev/weirkeeper/cli/newtool/" + template + ".template";
    try (InputStream stream = NewToolCommand.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException(resource + " is missing in this jar");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (Map.Entry<String, String> value : values.entrySet()) {
        text = text.replace("@" + value.getKey() + "@", value.getValue());
      }
      return text;
    }
  }
}
