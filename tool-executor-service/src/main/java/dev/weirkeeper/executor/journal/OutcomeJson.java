package dev.weirkeeper.executor.journal;

import dev.weirkeeper.executor.call.CallError;
import dev.weirkeeper.executor.call.Outcome;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** How an outcome is written into a row. */
final class OutcomeJson {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private OutcomeJson() {}

  /** One of content and code is set. */
  private record Row(
      @Nullable String content,
      long fullBytes,
      @Nullable String handle,
      @Nullable ToolErrorCode code,
      @Nullable String message,
      @Nullable String hint,
      @Nullable Map<String, Object> details) {}

  static byte[] write(Outcome outcome) {
    return MAPPER.writeValueAsBytes(
        switch (outcome) {
          case Outcome.Succeeded(String content, long fullBytes, Optional<String> handle) ->
              new Row(content, fullBytes, handle.orElse(null), null, null, null, null);
          case Outcome.Failed(CallError error) ->
              new Row(null, 0, null, error.code(), error.message(), error.hint(), error.details());
        });
  }

  static Outcome read(byte[] json) {
    Row row = MAPPER.readValue(json, Row.class);
    return row.content() != null
        ? new Outcome.Succeeded(row.content(), row.fullBytes(), Optional.ofNullable(row.handle()))
        : new Outcome.Failed(
            new CallError(
                row.code() == null ? ToolErrorCode.EXECUTION_ERROR : row.code(),
                row.message() == null ? "" : row.message(),
                row.hint() == null ? "" : row.hint(),
                row.details() == null ? Map.of() : row.details()));
  }
}
