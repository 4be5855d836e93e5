package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.tool.ToolJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ObjectNode;

/**
 * The accepted definitions, in a file beside the one that names the servers: {@code mcp.yaml.lock}.
 * Made to be kept under version control, so that a change of a tool is reviewed like one of code.
 * Executors only read it. Immutable.
 */
public final class McpLock {

  private final Map<String, Map<String, OfferedTool>> accepted;

  private McpLock(Map<String, Map<String, OfferedTool>> accepted) {
    this.accepted = accepted;
  }

  /** Where the lock of a file of servers is. */
  public static Path beside(Path servers) {
    return servers.resolveSibling(servers.getFileName() + ".lock");
  }

  /**
   * Reads the lock of a file of servers; without one nothing is accepted.
   *
   * @throws IllegalArgumentException if it can't be read, or a definition in it does not have the
   *     hash that was accepted
   */
  public static McpLock of(Path servers) {
    Path file = beside(servers);
    Map<String, Map<String, OfferedTool>> accepted = new TreeMap<>();
    try {
      ToolJson.mapper()
          .readTree(Files.readString(file))
          .path("servers")
          .properties()
          .forEach(
              server ->
                  accepted.put(server.getKey(), tools(file, server.getKey(), server.getValue())));
    } catch (NoSuchFileException e) {
      return new McpLock(Map.of());
    } catch (IOException | JacksonException e) {
      throw new IllegalArgumentException(
          file + " can't be read: write it anew with weir mcp accept", e);
    }
    return new McpLock(accepted);
  }

  private static Map<String, OfferedTool> tools(
      Path file, String server, tools.jackson.databind.JsonNode entries) {
    Map<String, OfferedTool> tools = new TreeMap<>();
    entries
        .properties()
        .forEach(
            entry -> {
              OfferedTool tool =
                  OfferedTool.of(entry.getValue().path("definition"))
                      .filter(found -> found.name().equals(entry.getKey()))
                      .filter(
                          found ->
                              found.hash().equals(entry.getValue().path("sha256").asString("")))
                      .orElseThrow(
                          () ->
                              new IllegalArgumentException(
                                  "%s: the definition of %s of server %s is not the one whose hash stands there: accept it again with weir mcp accept"
                                      .formatted(file, entry.getKey(), server)));
              tools.put(tool.name(), tool);
            });
    return tools;
  }

  /** The accepted tools of a server, in order of name. */
  public Collection<OfferedTool> accepted(String server) {
    return accepted.getOrDefault(server, Map.of()).values();
  }

  /** The accepted definition of a tool. */
  public Optional<OfferedTool> accepted(String server, String tool) {
    return Optional.ofNullable(accepted.getOrDefault(server, Map.of()).get(tool));
  }

  /** The same with exactly these tools accepted of a server. */
  public McpLock with(String server, Collection<OfferedTool> tools) {
    Map<String, Map<String, OfferedTool>> all = new TreeMap<>(accepted);
    Map<String, OfferedTool> now = new TreeMap<>();
    tools.forEach(tool -> now.put(tool.name(), tool));
    all.put(server, now);
    return new McpLock(all);
  }

  /** Writes the lock of a file of servers. */
  public void write(Path servers) throws IOException {
    ObjectNode root = ToolJson.object();
    ObjectNode all = root.putObject("servers");
    accepted.forEach(
        (server, tools) -> {
          ObjectNode entries = all.putObject(server);
          tools.forEach(
              (name, tool) -> {
                ObjectNode entry = entries.putObject(name).put("sha256", tool.hash());
                entry.set("definition", tool.definition());
              });
        });
    Path file = beside(servers).toAbsolutePath();
    Path half = Files.createTempFile(file.getParent(), "mcp", ".part");
    try {
      Files.writeString(
          half,
          ToolJson.mapper()
                  .writer()
                  .with(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(root)
              + "\n");
      Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(half);
      throw e;
    }
  }
}
