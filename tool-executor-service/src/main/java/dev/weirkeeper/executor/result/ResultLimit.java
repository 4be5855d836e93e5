package dev.weirkeeper.executor.result;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.call.CallError;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what of a result is shown. Over the tool's limit the model gets head and tail, and a
 * handle to the whole if there is a store and the result is not longer than it takes.
 */
public final class ResultLimit {

  private static final Logger LOG = LoggerFactory.getLogger(ResultLimit.class);

  /** Room for the sentence between head and tail. */
  private static final int SEAM_BYTES = 200;

  private final Optional<ResultStore> store;
  private final long maxStoredBytes;

  /**
   * @param store keeps whole results; without one a result over its limit is an error
   * @param maxStoredBytes longest result that is kept
   */
  public ResultLimit(Optional<ResultStore> store, long maxStoredBytes) {
    this.store = store;
    this.maxStoredBytes = maxStoredBytes;
  }

  /**
   * What is answered in the place of a whole result.
   *
   * @param maxBytes the tool's limit
   */
  public Outcome apply(Call call, String content, int maxBytes) {
    byte[] utf8 = content.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= maxBytes) {
      return new Outcome.Succeeded(content, utf8.length, Optional.empty());
    }
    if (store.isEmpty()) {
      return tooLarge(call, utf8.length, maxBytes, "this executor keeps no long results");
    }
    if (utf8.length > maxStoredBytes) {
      return tooLarge(
          call, utf8.length, maxBytes, "results are kept up to " + maxStoredBytes + " bytes");
    }
    StoredResult whole = StoredResult.of(call, content);
    try {
      store.get().put(whole);
    } catch (IOException e) {
      LOG.warn("the whole result of call {} could not be kept", call.id(), e);
      return tooLarge(call, utf8.length, maxBytes, "the whole could not be kept");
    }
    int shown = maxBytes - SEAM_BYTES;
    String head = Excerpt.head(utf8, shown * 2 / 3);
    String tail = Excerpt.tail(utf8, shown / 3);
    String seam =
        "\n[… %d of %d bytes left out; read them with %s, handle %s …]\n"
            .formatted(
                utf8.length - (shown * 2 / 3) - (shown / 3),
                utf8.length,
                ReadResult.NAME,
                whole.handle());
    return new Outcome.Succeeded(head + seam + tail, utf8.length, Optional.of(whole.handle()));
  }

  private static Outcome tooLarge(Call call, int bytes, int maxBytes, String why) {
    return new Outcome.Failed(
        new CallError(
            ToolErrorCode.RESULT_TOO_LARGE,
            "%s ran, but its result of %d bytes is over its limit of %d and %s"
                .formatted(call.tool(), bytes, maxBytes, why),
            "ask for less: narrow the arguments or page through the result",
            Map.of("bytes", bytes, "limit", maxBytes)));
  }
}
