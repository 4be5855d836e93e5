package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import dev.weirkeeper.schemas.topic.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The file that declares MCP servers:
 *
 * <pre>{@code
 * servers:
 *   files:
 *     command: [npx, -y, "@modelcontextprotocol/server-filesystem", /srv/data]
 *     env: {PATH: "/usr/bin:/bin", HOME: /tmp}
 *     trusted: true
 *   search:
 *     url: https://search.example.com/mcp
 *     headers: {Authorization: "Bearer ${env:SEARCH_TOKEN}"}
 *     tools: [web_search]
 *     timeout: 20s
 * }</pre>
 *
 * <p>Values of {@code env} and {@code headers} may hold {@code ${env:NAME}} and {@code
 * ${file:/path}}. All problems are reported together.
 */
public final class McpFile {

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  private static final Set<String> KEYS =
      Set.of(
          "command",
          "env",
          "directory",
          "url",
          "headers",
          "trusted",
          "tools",
          "prefix",
          "pool",
          "timeout",
          "max_result",
          "concurrency");

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{0,40}");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,9})(B|KiB|MiB)");
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]+)}");
  private static final int LEAST_RESULT = 1024;
  private static final int MOST_RESULT = 16 * 1024 * 1024;

  private final Function<String, @Nullable String> environment;
  private final List<String> problems = new ArrayList<>();

  private McpFile(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException with everything that is wrong with it
   */
  public static List<McpServer> read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file of MCP servers " + file + " can't be read", e);
    }
    return parse(text, file.toString(), System::getenv);
  }

  /** Reads a file's text. */
  static List<McpServer> parse(
      String text, String where, Function<String, @Nullable String> environment) {
    McpFile file = new McpFile(environment);
    List<McpServer> servers;
    try {
      servers = file.servers(YAML.readTree(text));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(where + " is no YAML: " + e.getOriginalMessage(), e);
    }
    if (!file.problems.isEmpty()) {
      throw new IllegalArgumentException(
          where + " is wrong:\n  " + String.join("\n  ", file.problems));
    }
    return servers;
  }

  private List<McpServer> servers(JsonNode root) {
    if (!(root.get("servers") instanceof ObjectNode all) || all.isEmpty()) {
      problems.add("servers: expected at least one server by name");
      return List.of();
    }
    root.propertyNames().stream()
        .filter(key -> !key.equals("servers"))
        .forEach(key -> problems.add(key + ": unknown; only servers is expected here"));
    List<McpServer> servers = new ArrayList<>();
    all.properties()
        .forEach(entry -> server(entry.getKey(), entry.getValue()).ifPresent(servers::add));
    return servers;
  }

  private Optional<McpServer> server(String name, JsonNode node) {
    int before = problems.size();
    String at = "servers." + name;
    if (!NAME.matcher(name).matches()) {
      problems.add(at + ": a name must be lower-case letters, digits and dashes, at most 32");
    }
    if (!(node instanceof ObjectNode given)) {
      problems.add(at + ": expected command or url, and what else there is to say");
      return Optional.empty();
    }
    given.propertyNames().stream()
        .filter(key -> !KEYS.contains(key))
        .forEach(key -> problems.add(at + "." + key + ": unknown; known are " + sorted(KEYS)));
    Optional<Reach> reach = reach(at, given);
    boolean trusted = flag(at, given, "trusted");
    Optional<List<String>> only =
        given.has("tools")
            ? Optional.of(texts(at + ".tools", given.get("tools")))
            : Optional.empty();
    String prefix = text(at, given, "prefix", name.replace('-', '_') + "_");
    if (!PREFIX.matcher(prefix).matches()) {
      problems.add(at + ".prefix: expected at most 40 letters, digits, - and _, got " + prefix);
    }
    String pool = text(at, given, "pool", Topics.DEFAULT_POOL);
    try {
      new Topics(Topics.DEFAULT_PREFIX).toolCalls(pool);
    } catch (IllegalArgumentException e) {
      problems.add(at + ".pool: " + e.getMessage());
    }
    Duration timeout = duration(at + ".timeout", text(at, given, "timeout", "30s"));
    int maxResult = bytes(at + ".max_result", text(at, given, "max_result", "64KiB"));
    OptionalInt concurrency = OptionalInt.empty();
    if (given.has("concurrency")) {
      JsonNode most = given.get("concurrency");
      if (most.isInt() && most.asInt() > 0) {
        concurrency = OptionalInt.of(most.asInt());
      } else {
        problems.add(at + ".concurrency: expected a number of 1 or more, got " + most);
      }
    }
    return problems.size() > before || reach.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new McpServer(
                name, reach.get(), trusted, only, prefix, pool, timeout, maxResult, concurrency));
  }

  private Optional<Reach> reach(String at, ObjectNode given) {
    boolean process = given.has("command");
    if (process == given.has("url")) {
      problems.add(at + ": expected either command or url");
      return Optional.empty();
    }
    for (String key : process ? List.of("headers") : List.of("env", "directory")) {
      if (given.has(key)) {
        problems.add(at + "." + key + ": does not go with " + (process ? "command" : "url"));
      }
    }
    if (process) {
      List<String> command = texts(at + ".command", given.get("command"));
      if (command.isEmpty()) {
        problems.add(at + ".command: expected a program and its arguments");
        return Optional.empty();
      }
      return Optional.of(
          new Reach.Program(
              command,
              values(at + ".env", given.get("env")),
              Optional.ofNullable(given.get("directory")).map(node -> Path.of(node.asString()))));
    }
    try {
      URI url = new URI(given.get("url").asString());
      if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
        problems.add(at + ".url: expected an http or https address, got " + url);
        return Optional.empty();
      }
      return Optional.of(new Reach.Http(url, values(at + ".headers", given.get("headers"))));
    } catch (URISyntaxException e) {
      problems.add(at + ".url: expected an address, got " + given.get("url"));
      return Optional.empty();
    }
  }

  private boolean flag(String at, ObjectNode given, String key) {
    JsonNode value = given.get(key);
    if (value != null && !value.isBoolean()) {
      problems.add(at + "." + key + ": expected true or false, got " + value);
    }
    return value != null && value.asBoolean(false);
  }

  private String text(String at, ObjectNode given, String key, String byDefault) {
    JsonNode value = given.get(key);
    if (value != null && !value.isString()) {
      problems.add(at + "." + key + ": expected text, got " + value);
      return byDefault;
    }
    return value == null ? byDefault : value.asString();
  }

  private List<String> texts(String at, JsonNode node) {
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::isValueNode)) {
      problems.add(at + ": expected a list, got " + node);
      return List.of();
    }
    return node.valueStream().map(JsonNode::asString).toList();
  }

  private Map<String, String> values(String at, @Nullable JsonNode node) {
    Map<String, String> values = new LinkedHashMap<>();
    if (node == null) {
      return values;
    }
    if (!(node instanceof ObjectNode object)) {
      problems.add(at + ": expected names with values");
      return values;
    }
    object
        .properties()
        .forEach(
            entry ->
                values.put(
                    entry.getKey(),
                    resolved(at + "." + entry.getKey(), entry.getValue().asString(""))));
    return values;
  }

  private String resolved(String at, String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(referred(at, found.group(1), found.group(2))));
  }

  private String referred(String at, String kind, String name) {
    if (kind.equals("env")) {
      String value = environment.apply(name);
      if (value == null) {
        problems.add(at + ": the environment has no " + name);
      }
      return value == null ? "" : value;
    }
    try {
      return Files.readString(Path.of(name)).strip();
    } catch (IOException e) {
      problems.add(at + ": " + name + " can't be read");
      return "";
    }
  }

  private Duration duration(String at, String text) {
    Matcher form = DURATION.matcher(text);
    if (!form.matches() || text.matches("0+\\D+")) {
      problems.add(at + ": expected a time such as 30s or 10m, got " + text);
      return Duration.ofSeconds(30);
    }
    long amount = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private int bytes(String at, String text) {
    Matcher form = BYTES.matcher(text);
    long bytes =
        form.matches()
            ? Long.parseLong(form.group(1))
                * (form.group(2).equals("B") ? 1 : form.group(2).equals("KiB") ? 1024 : 1024 * 1024)
            : 0;
    if (bytes < LEAST_RESULT || bytes > MOST_RESULT) {
      problems.add(at + ": expected a size from 1KiB to 16MiB, got " + text);
      return LEAST_RESULT;
    }
    return (int) bytes;
  }

  private static String sorted(Set<String> words) {
    return String.join(", ", words.stream().sorted().toList());
  }
}
