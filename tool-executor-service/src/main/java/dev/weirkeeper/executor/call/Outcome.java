package dev.weirkeeper.executor.call;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** How a call ended. */
public sealed interface Outcome {

  /**
   * The tool returned.
   *
   * @param content what the model is shown: the whole result, or head and tail of it
   * @param fullBytes UTF-8 length of the whole result
   * @param handle where the whole result can be read; absent: content is the whole
   */
  record Succeeded(String content, long fullBytes, Optional<String> handle) implements Outcome {

    /** A result shown whole. */
    public static Succeeded whole(String content) {
      return new Succeeded(
          content, content.getBytes(StandardCharsets.UTF_8).length, Optional.empty());
    }
  }

  /** There is no result, for this reason. */
  record Failed(CallError error) implements Outcome {}
}
