package dev.weirkeeper.system.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page and its blocks of code. A block is fenced or indented by four spaces; a comment {@code
 * <!-- key: value -->} on the line before it says something about it.
 */
record Document(Path file, List<Block> blocks, List<Inline> inlines) {

  /** Programs that documents show. A line that begins with one of them is a command. */
  static final Set<String> PROGRAMS =
      Set.of(
          "weir",
          "./weir",
          "mvn",
          "curl",
          "kcat",
          "docker",
          "kubectl",
          "helm",
          "kind",
          "psql",
          "npm",
          "npx",
          "node",
          "java",
          "cp",
          "export",
          "cat",
          "echo",
          "git",
          "jq",
          "keytool",
          "openssl",
          "kafka-acls.sh",
          "kafka-configs.sh",
          "kafka-topics.sh",
          "kafka-features.sh",
          "kafka-consumer-groups.sh",
          "kafka-share-groups.sh",
          "pg_dump",
          "pg_restore",
          "tar");

  private static final Set<String> SHELLS = Set.of("sh", "bash", "shell", "console");
  private static final Set<String> PLAIN = Set.of("", "text");
  private static final Pattern MARK = Pattern.compile("<!-- (not run|exits|file): (.+?) -->");
  private static final Pattern FENCE = Pattern.compile("\\s*```\\s*(\\S*).*");
  private static final Pattern INLINE = Pattern.compile("`((?:\\./)?weir [a-z][^`]*)`");
  private static final String INDENT = "    ";

  /**
   * A block of code.
   *
   * @param line of the page where it begins, from 1
   * @param language of its fence; empty: none named, or indented
   * @param marks what is said about it
   */
  record Block(
      Path file, int line, String language, List<String> lines, Map<String, String> marks) {

    /** Why its commands are not run, if it is said. */
    Optional<String> notRun() {
      return Optional.ofNullable(marks.get("not run"));
    }

    /** The file whose content it is. */
    Optional<String> content() {
      return Optional.ofNullable(marks.get("file"));
    }

    /** What each of its commands returns. */
    int exits() {
      return Integer.parseInt(marks.getOrDefault("exits", "0"));
    }

    /** True if it holds commands. */
    boolean isShell() {
      return SHELLS.contains(language)
          || (PLAIN.contains(language)
              && lines.stream()
                  .filter(l -> !l.isBlank())
                  .findFirst()
                  .map(Document::isCommand)
                  .orElse(false));
    }

    /** Its commands, comments taken off and continued lines joined. */
    List<Command> commands() {
      List<Command> commands = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      int begun = 0;
      for (int i = 0; i < lines.size(); i++) {
        String raw = lines.get(i).strip();
        if (text.isEmpty()) {
          if (raw.isEmpty() || raw.startsWith("#")) {
            continue;
          }
          if (language.equals("console") && !raw.startsWith("$ ")) {
            continue;
          }
          begun = line + i;
        }
        String part = withoutComment(raw);
        boolean broken = part.endsWith("\\");
        boolean goesOn = broken || part.endsWith("|") || part.endsWith("&&");
        text.append(broken ? part.substring(0, part.length() - 1) : goesOn ? part + " " : part);
        if (!goesOn) {
          commands.add(new Command(this, begun, text.toString().replaceFirst("^\\$ ", "").strip()));
          text.setLength(0);
        }
      }
      return commands;
    }

    /** True if a later command needs what an earlier one sets, so that they only run together. */
    boolean isScript() {
      return commands().stream().anyMatch(command -> command.text().matches("[A-Z_]+=.*"));
    }

    /** Its commands as one. */
    Command script() {
      return new Command(
          this, line, commands().stream().map(Command::text).collect(Collectors.joining("\n")));
    }

    /** Lines that look like commands in a block that is none. */
    List<String> strays() {
      return isShell() || !PLAIN.contains(language)
          ? List.of()
          : lines.stream().map(String::strip).filter(Document::isCommand).toList();
    }
  }

  /** One command. */
  record Command(Block block, int line, String text) {

    /** The program, without variables set before it. */
    String program() {
      return text.replaceFirst("^([A-Z_]+=(\\$\\([^)]*\\)|\\S*)\\s+)*", "").split("\\s+", 2)[0];
    }

    /** True if only a shell can run it. */
    boolean needsShell() {
      return text.contains("\n") || text.matches(".*(^[A-Z_]+=|[|<>;`]|&&|\\$\\().*");
    }

    @Override
    public String toString() {
      return "%s:%d  %s".formatted(block.file(), line, text.lines().findFirst().orElse(""));
    }
  }

  /** A command of ours within a sentence. */
  record Inline(Path file, int line, String text) {
    @Override
    public String toString() {
      return "%s:%d  %s".formatted(file, line, text);
    }
  }

  /**
   * Reads a page.
   *
   * @param root what the page's name is shown relative to
   */
  static Document read(Path root, Path file) throws IOException {
    return parse(root.relativize(file), Files.readAllLines(file));
  }

  static Document parse(Path name, List<String> lines) {
    List<Block> blocks = new ArrayList<>();
    List<Inline> inlines = new ArrayList<>();
    Map<String, String> marks = Map.of();
    int i = 0;
    while (i < lines.size()) {
      String line = lines.get(i);
      Matcher fence = FENCE.matcher(line);
      Matcher mark = MARK.matcher(line.strip());
      if (fence.matches()) {
        List<String> body = new ArrayList<>();
        int from = i + 1;
        for (i++; i < lines.size() && !lines.get(i).strip().equals("```"); i++) {
          body.add(lines.get(i));
        }
        i++;
        blocks.add(new Block(name, from + 1, fence.group(1), body, marks));
        marks = Map.of();
      } else if (line.startsWith(INDENT) && (i == 0 || lines.get(i - 1).isBlank())) {
        List<String> body = new ArrayList<>();
        int from = i;
        while (i < lines.size() && (lines.get(i).startsWith(INDENT) || lines.get(i).isBlank())) {
          body.add(lines.get(i++));
        }
        blocks.add(new Block(name, from + 1, "", body, marks));
        marks = Map.of();
      } else if (mark.matches()) {
        marks = with(marks, mark.group(1), mark.group(2));
        i++;
      } else {
        if (!line.isBlank()) {
          marks = Map.of();
        }
        Matcher inline = INLINE.matcher(line);
        while (inline.find()) {
          inlines.add(new Inline(name, i + 1, inline.group(1)));
        }
        i++;
      }
    }
    return new Document(name, blocks, inlines);
  }

  private static Map<String, String> with(Map<String, String> marks, String key, String value) {
    Map<String, String> more = new java.util.HashMap<>(marks);
    more.put(key, value);
    return Map.copyOf(more);
  }

  /** The line up to a number sign that stands after a blank and outside of quotes. */
  private static String withoutComment(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#' && i > 0 && Character.isWhitespace(line.charAt(i - 1))) {
        return line.substring(0, i).strip();
      }
    }
    return line;
  }

  private static boolean isCommand(String line) {
    String program =
        line.strip().replaceFirst("^\\$ ", "").replaceFirst("^([A-Z_]+=(\\$\\(|\\S*\\s+))*", "");
    return PROGRAMS.contains(program.split("\\s+", 2)[0]);
  }
}
