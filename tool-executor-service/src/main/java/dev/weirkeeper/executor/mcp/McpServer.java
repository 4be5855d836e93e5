package dev.weirkeeper.executor.mcp;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A server as the file declares it.
 *
 * @param name what it is called here; its tools' source is {@code mcp:<name>}
 * @param reach how it is reached
 * @param trusted whether what it says of its tools (read-only, idempotent) is believed
 * @param only names of the tools that are served; absent: all accepted ones
 * @param prefix what its tools' names begin with here
 * @param pool the pool that runs its tools
 * @param timeout longest run of one call, retries included
 * @param maxResultBytes longest result shown whole
 * @param concurrency most calls at once in one executor, if bounded
 */
public record McpServer(
    String name,
    Reach reach,
    boolean trusted,
    Optional<List<String>> only,
    String prefix,
    String pool,
    Duration timeout,
    int maxResultBytes,
    OptionalInt concurrency) {

  /** How a server is reached. */
  public sealed interface Reach {

    /**
     * As a process of our own, by its standard streams.
     *
     * @param command program and arguments
     * @param environment all of its environment
     * @param directory it works in; absent: ours
     */
    record Program(List<String> command, Map<String, String> environment, Optional<Path> directory)
        implements Reach {

      /** Without the values of the environment, which may be secrets. */
      @Override
      public String toString() {
        return String.join(" ", command);
      }
    }

    /**
     * By streamable HTTP.
     *
     * @param url its endpoint
     * @param headers sent with every request
     */
    record Http(URI url, Map<String, String> headers) implements Reach {

      /** Without the headers, which may be secrets. */
      @Override
      public String toString() {
        return url.toString();
      }
    }
  }

  /** True if a tool of this name is to be served. */
  boolean serves(String tool) {
    return only.map(names -> names.contains(tool)).orElse(true);
  }
}
