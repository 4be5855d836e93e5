package dev.weirkeeper.executor.mcp;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** A way to a server on which requests are answered. Thread-safe. */
interface Link extends AutoCloseable {

  /** Longest message that is read of a server. */
  int MAX_MESSAGE = 8 * 1024 * 1024;

  /**
   * One request.
   *
   * @param message a JSON-RPC request, with an id of its own
   * @param headers that a link by HTTP adds
   * @param atMost longest wait for the answer
   * @param progress told what the server says meanwhile
   */
  record Exchange(
      ObjectNode message, Map<String, String> headers, Duration atMost, Consumer<String> progress) {

    String id() {
      return message.path("id").asString();
    }
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @return the result
   * @throws RpcError what the server answered instead
   * @throws LinkFailure if there will be no answer
   * @throws InterruptedException if the caller is stopped; the server is told that nobody waits
   */
  ObjectNode ask(Exchange exchange) throws RpcError, LinkFailure, InterruptedException;

  /** Sends a message that has no answer. */
  void tell(ObjectNode notification) throws LinkFailure;

  /** Speaks this version from now on, as an agreement with the server says. */
  void speak(String version);

  /** False once nothing can be asked any more. */
  boolean alive();

  /** Lets go of the server. */
  @Override
  void close();
}
