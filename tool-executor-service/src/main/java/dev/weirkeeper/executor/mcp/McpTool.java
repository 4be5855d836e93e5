package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.tool.CallableTool;
import dev.weirkeeper.executor.tool.RetryPolicy;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** An accepted tool of a server. Thread-safe. */
final class McpTool implements CallableTool {

  /** A safe one is tried again; others only when the server has certainly not begun. */
  private static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofMillis(500), Duration.ofSeconds(10));

  private static final int MAX_NAME = 64;

  private final McpServer server;
  private final McpConnection connection;
  private final OfferedTool accepted;
  private final String hash;
  private final ToolDeclaration declaration;

  /**
   * @throws IllegalArgumentException if no model could call it
   */
  McpTool(McpServer server, McpConnection connection, OfferedTool accepted) {
    this.server = server;
    this.connection = connection;
    this.accepted = accepted;
    this.hash = accepted.hash();
    accepted
        .tooMuch()
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(why);
            });
    if (server.reach() instanceof McpServer.Reach.Http) {
      ParamHeaders.problem(accepted.definition().path("inputSchema"))
          .ifPresent(
              why -> {
                throw new IllegalArgumentException(why);
              });
    }
    this.declaration =
        new ToolDeclaration(
            name(server, accepted),
            accepted.description(),
            accepted.inputSchema(),
            accepted.effect(server.trusted()),
            server.timeout(),
            RETRY,
            server.maxResultBytes(),
            server.pool(),
            server.concurrency(),
            Optional.empty(),
            "mcp:" + server.name(),
            false);
  }

  /** What the tool is called here: model providers take fewer characters than MCP does. */
  static String name(McpServer server, OfferedTool tool) {
    String name = server.prefix() + tool.name().replaceAll("[^A-Za-z0-9_-]", "_");
    if (name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "its name here would be " + name + ", longer than " + MAX_NAME + " characters");
    }
    return name;
  }

  @Override
  public ToolDeclaration declaration() {
    return declaration;
  }

  @Override
  public Object call(ObjectNode arguments, ToolContext context) throws InterruptedException {
    try {
      McpConnection.Ready ready = connection.ready(accepted.name(), context.timeLeft());
      requireAccepted(ready.offered());
      return McpResult.of(
          declaration.name(),
          ready.client().call(accepted, arguments, context.timeLeft(), context::progress));
    } catch (RpcError e) {
      throw refused(e);
    } catch (LinkFailure e) {
      throw failed(e);
    }
  }

  /** A server may not become another one behind the back of whoever accepted it. */
  private void requireAccepted(Optional<OfferedTool> offered) {
    if (offered.isEmpty()) {
      throw ToolFailure.of(
              "%s was not run: MCP server %s has no tool %s any more"
                  .formatted(declaration.name(), server.name(), accepted.name()))
          .hint("go on without it");
    }
    if (!offered.get().hash().equals(hash)) {
      throw ToolFailure.of(
              "%s was not run: MCP server %s has changed its definition since it was accepted"
                  .formatted(declaration.name(), server.name()))
          .hint(
              "this needs a person: weir mcp show tells what changed, weir mcp accept lets it run")
          .detail("accepted", hash)
          .detail("offered", offered.get().hash());
    }
  }

  private ToolFailure refused(RpcError e) {
    String said = "MCP server %s says: %s".formatted(server.name(), e.getMessage());
    return e.code() == RpcError.INVALID_PARAMS
        ? ToolFailure.invalidArguments(said).because(e).hint("change the arguments accordingly")
        : ToolFailure.of(said).because(e).detail("code", e.code());
  }

  private static ToolFailure failed(LinkFailure e) {
    ToolFailure failure =
        switch (e.reach()) {
          case NOT_RECEIVED -> ToolFailure.retry(e.message());
          case UNKNOWN -> ToolFailure.outcomeUnknown(e.message());
          case HOPELESS ->
              ToolFailure.of(e.message())
                  .hint("this needs a person: the server or its settings have to be put right");
        };
    ToolFailure told = failure.because(e);
    return e.retryAfter().map(told::after).orElse(told);
  }
}
