package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A connected server, in whichever of the two protocols it speaks. Thread-safe. */
final class McpClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(McpClient.class);

  /** The first version without a session, in which each message says all there is to know. */
  static final String STATELESS = "2026-07-28";

  /** The newest version with one. */
  private static final String NEWEST_WITH_SESSION = "2025-11-25";

  private static final Set<String> WITH_SESSION =
      Set.of(NEWEST_WITH_SESSION, "2025-06-18", "2025-03-26", "2024-11-05");

  private static final String META = "io.modelcontextprotocol/";

  /** Servers of before may say nothing to a question they don't know. */
  private static final Duration PROBE = Duration.ofSeconds(20);

  private static final int MAX_PAGES = 50;
  private static final int MAX_TOOLS = 500;

  private final String server;
  private final Link link;
  private final AtomicLong ids = new AtomicLong();
  private String version = STATELESS;

  private McpClient(String server, Link link) {
    this.server = server;
    this.link = link;
  }

  /**
   * Connects to a server and agrees with it on a version.
   *
   * @param onToolsChanged told when the server says that its tools are others now
   * @throws LinkFailure if it can't be reached or speaks no version that we do
   */
  static McpClient connect(McpServer server, Duration atMost, Runnable onToolsChanged)
      throws LinkFailure, InterruptedException {
    Link link =
        switch (server.reach()) {
          case Reach.Program process -> new StdioLink(server.name(), process, onToolsChanged);
          case Reach.Http http -> new HttpLink(server.name(), http);
        };
    McpClient client = new McpClient(server.name(), link);
    try {
      client.agree(atMost);
      LOG.info("MCP server {} speaks {}", server.name(), client.version);
      return client;
    } catch (LinkFailure | InterruptedException | RuntimeException e) {
      link.close();
      throw e;
    }
  }

  private void agree(Duration atMost) throws LinkFailure, InterruptedException {
    Duration probe = atMost.compareTo(PROBE) < 0 ? atMost : PROBE;
    link.speak(STATELESS);
    try {
      JsonNode versions =
          ask("server/discover", Messages.object(), Map.of(), probe, _ -> {})
              .path("supportedVersions");
      if (versions.isArray() && versions.valueStream().noneMatch(known -> is(known, STATELESS))) {
        initialize(atMost);
      }
    } catch (RpcError e) {
      // Either it knows no such question, or it knows it and names the versions it speaks.
      LOG.debug("MCP server {} is of before {}: {}", server, STATELESS, e.getMessage());
      initialize(atMost);
    } catch (LinkFailure e) {
      if (e.reach() == LinkFailure.Reach.NOT_RECEIVED || !link.alive()) {
        throw e;
      }
      LOG.debug("MCP server {} does not know {}", server, STATELESS, e);
      initialize(atMost);
    }
  }

  private static boolean is(JsonNode known, String version) {
    return known.asString("").equals(version);
  }

  private void initialize(Duration atMost) throws LinkFailure, InterruptedException {
    version = "";
    link.speak(version);
    ObjectNode params = Messages.object().put("protocolVersion", NEWEST_WITH_SESSION);
    params.putObject("capabilities");
    params.set("clientInfo", clientInfo());
    try {
      String agreed =
          ask("initialize", params, Map.of(), atMost, _ -> {}).path("protocolVersion").asString("");
      if (!WITH_SESSION.contains(agreed)) {
        throw LinkFailure.hopeless(
            "MCP server %s speaks version '%s', which is not one of %s or %s"
                .formatted(server, agreed, STATELESS, WITH_SESSION.stream().sorted().toList()),
            null);
      }
      version = agreed;
      link.speak(version);
      link.tell(Messages.notification("notifications/initialized", Messages.object()));
    } catch (RpcError e) {
      if (e.code() == RpcError.UNSUPPORTED_VERSION
          && e.data().path("supported").valueStream().anyMatch(known -> is(known, STATELESS))) {
        // It was only too slow to answer the first question.
        version = STATELESS;
        link.speak(version);
        return;
      }
      throw LinkFailure.hopeless(
          "MCP server %s refuses to begin: %s".formatted(server, e.getMessage()), e);
    }
  }

  private static ObjectNode clientInfo() {
    String known = McpClient.class.getPackage().getImplementationVersion();
    return Messages.object()
        .put("name", "weirkeeper")
        .put("version", known == null ? "development" : known);
  }

  /** Every tool of the server, as far as it describes it well enough to be called. */
  List<OfferedTool> tools(Duration atMost) throws RpcError, LinkFailure, InterruptedException {
    List<OfferedTool> tools = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < MAX_PAGES; page++) {
      ObjectNode params = Messages.object();
      if (!cursor.isEmpty()) {
        params.put("cursor", cursor);
      }
      ObjectNode result = ask("tools/list", params, Map.of(), atMost, _ -> {});
      result.path("tools").forEach(entry -> OfferedTool.of(entry).ifPresent(tools::add));
      if (tools.size() > MAX_TOOLS) {
        throw LinkFailure.hopeless(
            "MCP server " + server + " has more than " + MAX_TOOLS + " tools", null);
      }
      cursor = result.path("nextCursor").asString("");
      if (cursor.isEmpty()) {
        return tools;
      }
    }
    throw LinkFailure.hopeless(
        "MCP server " + server + " lists its tools on more than " + MAX_PAGES + " pages", null);
  }

  /**
   * Calls a tool.
   *
   * @return the result as the server has it
   */
  ObjectNode call(
      OfferedTool tool, ObjectNode arguments, Duration atMost, Consumer<String> progress)
      throws RpcError, LinkFailure, InterruptedException {
    ObjectNode params = Messages.object().put("name", tool.name());
    params.set("arguments", arguments);
    return ask(
        "tools/call",
        params,
        ParamHeaders.of(tool.definition().path("inputSchema"), arguments),
        atMost,
        progress);
  }

  private ObjectNode ask(
      String method,
      ObjectNode params,
      Map<String, String> headers,
      Duration atMost,
      Consumer<String> progress)
      throws RpcError, LinkFailure, InterruptedException {
    String id = "w" + ids.incrementAndGet();
    ObjectNode meta = params.putObject("_meta");
    if (version.equals(STATELESS)) {
      meta.put(META + "protocolVersion", STATELESS);
      meta.set(META + "clientInfo", clientInfo());
      meta.putObject(META + "clientCapabilities");
    }
    meta.put("progressToken", id);
    return link.ask(
        new Link.Exchange(Messages.request(id, method, params), headers, atMost, progress));
  }

  /** The version agreed on. */
  String version() {
    return version;
  }

  boolean alive() {
    return link.alive();
  }

  @Override
  public void close() {
    link.close();
  }
}
