package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** A server in a process of its own: one message a line on its standard streams. Thread-safe. */
final class StdioLink implements Link {

  private static final Logger LOG = LoggerFactory.getLogger(StdioLink.class);

  private static final int MAX_LOGGED = 500;
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private record Waiting(Exchange exchange, CompletableFuture<ObjectNode> answer) {}

  private final String server;
  private final Process process;
  private final OutputStream input;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
  private final Runnable onToolsChanged;
  private volatile boolean alive = true;

  /**
   * Starts the server's process.
   *
   * @param onToolsChanged told when it says that its tools are others now
   * @throws LinkFailure if it can't be started
   */
  StdioLink(String server, Reach.Program how, Runnable onToolsChanged) throws LinkFailure {
    this.server = server;
    this.onToolsChanged = onToolsChanged;
    ProcessBuilder builder = new ProcessBuilder(how.command());
    builder.environment().clear();
    builder.environment().putAll(how.environment());
    how.directory().ifPresent(directory -> builder.directory(directory.toFile()));
    try {
      this.process = builder.start();
    } catch (IOException e) {
      throw LinkFailure.notReceived(
          "MCP server %s can't be started (%s)".formatted(server, how.command().getFirst()), e);
    }
    this.input = process.getOutputStream();
    Thread.ofPlatform().daemon().name("mcp-" + server).start(this::listen);
    Thread.ofPlatform().daemon().name("mcp-" + server + "-stderr").start(this::log);
  }

  @Override
  public ObjectNode ask(Exchange exchange) throws RpcError, LinkFailure, InterruptedException {
    CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
    waiting.put(exchange.id(), new Waiting(exchange, answer));
    try {
      if (!alive) {
        throw LinkFailure.notReceived("MCP server " + server + " has ended", null);
      }
      tell(exchange.message());
      return Messages.result(answer.get(exchange.atMost().toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      cancel(exchange, "it took too long");
      throw LinkFailure.unknown("MCP server " + server + " did not answer in time", e);
    } catch (InterruptedException e) {
      cancel(exchange, "nobody waits for it any more");
      throw e;
    } catch (ExecutionException e) {
      Throwable gone = e.getCause();
      throw LinkFailure.unknown(
          gone == null ? "MCP server " + server + " is gone" : String.valueOf(gone.getMessage()),
          gone);
    } finally {
      waiting.remove(exchange.id());
    }
  }

  private void cancel(Exchange exchange, String why) {
    ObjectNode params = Messages.object().put("requestId", exchange.id()).put("reason", why);
    try {
      tell(Messages.notification("notifications/cancelled", params));
    } catch (LinkFailure e) {
      LOG.debug("MCP server {} could not be told that a request is cancelled", server, e);
    }
  }

  @Override
  public void tell(ObjectNode message) throws LinkFailure {
    byte[] line = Messages.bytes(message);
    writing.lock();
    try {
      input.write(line);
      input.write('\n');
      input.flush();
    } catch (IOException e) {
      // A line that is not whole is not read.
      end("it closed its input");
      throw LinkFailure.notReceived("MCP server " + server + " reads no more", e);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void speak(String version) {}

  @Override
  public boolean alive() {
    return alive;
  }

  private void listen() {
    try (InputStream output = new BufferedInputStream(process.getInputStream())) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = output.read(); next >= 0; next = output.read()) {
        if (next == '\n') {
          Messages.read(line.toByteArray()).ifPresent(this::take);
          line.reset();
        } else if (line.size() < MAX_MESSAGE) {
          line.write(next);
        } else {
          end("it sent a message of more than " + MAX_MESSAGE + " bytes");
          return;
        }
      }
      end("it ended");
    } catch (IOException e) {
      end("its output can't be read");
    }
  }

  private void take(ObjectNode message) {
    if (Messages.isRequest(message)) {
      try {
        tell(Messages.refusal(message));
      } catch (LinkFailure e) {
        LOG.debug("MCP server {} could not be answered", server, e);
      }
    } else if (Messages.isNotification(message)) {
      notice(message);
    } else {
      Waiting asked = waiting.get(message.path("id").asString(""));
      if (asked != null) {
        asked.answer().complete(message);
      }
    }
  }

  private void notice(ObjectNode notification) {
    if (notification.path("method").asString("").equals("notifications/tools/list_changed")) {
      onToolsChanged.run();
    }
    String said = Messages.progress(notification);
    Waiting asked = waiting.get(notification.path("params").path("progressToken").asString(""));
    if (asked != null && !said.isBlank()) {
      asked.exchange().progress().accept(said);
    }
  }

  private void log() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.debug(
            "{}: {}",
            server,
            line.length() <= MAX_LOGGED ? line : line.substring(0, MAX_LOGGED) + "…");
      }
    } catch (IOException e) {
      LOG.debug("the log of MCP server {} can't be read", server, e);
    }
  }

  private void end(String why) {
    if (alive) {
      alive = false;
      LOG.info("MCP server {} is gone: {}", server, why);
      kill();
    }
    IOException gone = new IOException("MCP server " + server + " is gone: " + why);
    waiting.values().forEach(asked -> asked.answer().completeExceptionally(gone));
  }

  /** With what it has started: a launcher's server must not outlive its launcher. */
  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    alive = false;
    try {
      input.close(); // asks it to end
      if (!process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("MCP server {} does not end by itself", server);
      }
    } catch (IOException e) {
      LOG.debug("MCP server {} has closed its input", server, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
    end("the executor stops");
  }
}
