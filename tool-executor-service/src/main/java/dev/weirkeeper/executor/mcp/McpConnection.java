package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server connected while there are calls for it: connects at the first one, again when it
 * has died, and not too soon after it has died. Thread-safe.
 */
final class McpConnection implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(McpConnection.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** A server that has lived for so long did not die of its start. */
  private static final Duration HEALTHY = Duration.ofMinutes(1);

  /** How old a look at the server's definitions may be. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  private final McpServer server;
  private final ReentrantLock connecting = new ReentrantLock();
  private final Map<String, OfferedTool> offered = new HashMap<>();
  private @Nullable McpClient client;
  private long connectedAt;
  private long lookedAt;
  private long notBefore = System.nanoTime();
  private int deaths;
  private volatile boolean toolsChanged;
  private boolean closed;

  McpConnection(McpServer server) {
    this.server = server;
  }

  /**
   * What a call of a tool needs.
   *
   * @param client connected
   * @param offered what the server says of the tool now, if it still has it
   */
  record Ready(McpClient client, Optional<OfferedTool> offered) {}

  /**
   * Connects if need be and looks at the definitions if the last look is old.
   *
   * @throws LinkFailure if the server is not there
   * @throws RpcError if it does not say which tools it has
   */
  Ready ready(String tool, Duration atMost) throws LinkFailure, RpcError, InterruptedException {
    connecting.lockInterruptibly();
    try {
      McpClient connected = connected(atMost);
      if (toolsChanged || System.nanoTime() - lookedAt > LOOK_AGAIN.toNanos()) {
        look(connected, atMost);
      }
      return new Ready(connected, Optional.ofNullable(offered.get(tool)));
    } finally {
      connecting.unlock();
    }
  }

  private McpClient connected(Duration atMost) throws LinkFailure, RpcError, InterruptedException {
    McpClient current = client;
    if (current != null && current.alive()) {
      return current;
    }
    if (closed) {
      throw LinkFailure.notReceived("the executor stops", null);
    }
    if (current != null) {
      client = null;
      current.close();
      died();
    }
    long wait = notBefore - System.nanoTime();
    if (wait > 0) {
      throw LinkFailure.notReceived("MCP server " + server.name() + " is not up", null)
          .after(Duration.ofNanos(wait));
    }
    McpClient fresh = null;
    try {
      fresh = McpClient.connect(server, atMost, () -> toolsChanged = true);
      look(fresh, atMost);
      connectedAt = System.nanoTime();
      client = fresh;
      return fresh;
    } catch (LinkFailure | RpcError | InterruptedException | RuntimeException e) {
      if (fresh != null) {
        fresh.close();
      }
      if (!(e instanceof InterruptedException)) {
        connectedAt = System.nanoTime();
        died();
      }
      throw e;
    }
  }

  /** Decides how long to leave the server alone. A server behind HTTP only gets a new session. */
  private void died() {
    boolean healthy = System.nanoTime() - connectedAt > HEALTHY.toNanos();
    deaths = healthy ? 1 : deaths + 1;
    if (server.reach() instanceof Reach.Http && deaths == 1) {
      return;
    }
    long pause =
        Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(deaths - 1, 20));
    notBefore = System.nanoTime() + pause;
    LOG.warn(
        "MCP server {} is gone; it is connected to again in {} ms at the earliest",
        server.name(),
        Duration.ofNanos(pause).toMillis());
  }

  private void look(McpClient connected, Duration atMost)
      throws LinkFailure, RpcError, InterruptedException {
    toolsChanged = false;
    Map<String, OfferedTool> now = new HashMap<>();
    connected.tools(atMost).forEach(tool -> now.put(tool.name(), tool));
    offered.clear();
    offered.putAll(now);
    lookedAt = System.nanoTime();
  }

  @Override
  public void close() {
    connecting.lock();
    try {
      closed = true;
      if (client != null) {
        client.close();
      }
    } finally {
      connecting.unlock();
    }
  }
}
