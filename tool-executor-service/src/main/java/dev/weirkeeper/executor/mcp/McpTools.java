package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.tool.InputSchema;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepted tools of the servers of a file. Making them needs no server to be up. Thread-safe.
 */
public final class McpTools implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(McpTools.class);

  public static final Setting<Optional<Path>> FILE =
      Setting.text("tools.mcp.file")
          .as(Path::of)
          .optional()
          .describedAs(
              "YAML file of MCP servers whose tools are served; those accepted with weir mcp"
                  + " accept stand in the .lock file beside it");

  /** The settings of this package. */
  public static final Catalogue CATALOGUE = Catalogue.of(FILE);

  private final List<Object> tools = new ArrayList<>();
  private final List<McpConnection> connections = new ArrayList<>();

  private McpTools() {}

  /**
   * The tools of a file.
   *
   * @throws IllegalArgumentException if the file or its lock is wrong
   */
  public static McpTools of(Path file) {
    McpLock lock = McpLock.of(file);
    McpTools all = new McpTools();
    for (McpServer server : McpFile.read(file)) {
      all.add(server, lock);
    }
    return all;
  }

  private void add(McpServer server, McpLock lock) {
    McpConnection connection = new McpConnection(server);
    connections.add(connection);
    int before = tools.size();
    for (OfferedTool accepted : lock.accepted(server.name())) {
      if (server.serves(accepted.name())) {
        try {
          McpTool tool = new McpTool(server, connection, accepted);
          var _ = InputSchema.of(tool.declaration().inputSchema());
          tools.add(tool);
        } catch (IllegalArgumentException e) {
          LOG.warn(
              "Not offered: {} of MCP server {}: {}",
              accepted.name(),
              server.name(),
              e.getMessage());
        }
      }
    }
    if (tools.size() == before) {
      LOG.warn(
          "Not offered: any tool of MCP server {}, as none is accepted. Look at them with weir mcp"
              + " show and accept them with weir mcp accept.",
          server.name());
    }
  }

  /** Objects to make a {@link dev.weirkeeper.executor.tool.ToolCatalogue} of. */
  public List<Object> tools() {
    return List.copyOf(tools);
  }

  /**
   * Asks a server what tools it has, for somebody to look at.
   *
   * @throws IllegalStateException with what is wrong if it does not answer
   */
  public static List<OfferedTool> ask(McpServer server, Duration atMost)
      throws InterruptedException {
    try (McpClient client = McpClient.connect(server, atMost, () -> {})) {
      return client.tools(atMost);
    } catch (LinkFailure | RpcError e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Lets go of all servers; calls under way fail. */
  @Override
  public void close() {
    connections.forEach(McpConnection::close);
  }
}
