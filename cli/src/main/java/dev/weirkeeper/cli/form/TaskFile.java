package dev.weirkeeper.cli.form;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of tasks, one JSON object per line:
 *
 * <pre>{@code
 * {"task": "...", "session": "...", "agent": "...", "limits": {"max_cost_usd": 0.05}}
 * }</pre>
 *
 * <p>Only {@code task} is required. Also understood: {@code id}, {@code agent_version}, {@code
 * tenant}, {@code subject}, {@code metadata}. Blank lines and lines that start with {@code #} are
 * skipped.
 */
public final class TaskFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private TaskFile() {}

  /** Reads each line by itself: one that can't be used does not touch the others. */
  public static List<TaskLine> read(List<String> lines) {
    return IntStream.range(0, lines.size())
        .filter(i -> !lines.get(i).isBlank() && !lines.get(i).stripLeading().startsWith("#"))
        .mapToObj(i -> read(i + 1, lines.get(i)))
        .toList();
  }

  private static TaskLine read(int number, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      return new TaskLine.Refused(number, List.of("not JSON: " + e.getOriginalMessage()));
    }
    List<String> problems = new ArrayList<>();
    Form form = Form.of(node, problems);
    if (!problems.isEmpty()) {
      return new TaskLine.Refused(number, problems);
    }
    TaskRequest request =
        new TaskRequest(
            form.text("task"),
            notBlank(form, "id"),
            notBlank(form, "session"),
            notBlank(form, "agent").orElse(TaskRequest.DEFAULT_AGENT),
            notBlank(form, "agent_version"),
            form.object("limits", LimitsForm::read),
            notBlank(form, "tenant").orElse(TaskRequest.DEFAULT_TENANT),
            notBlank(form, "subject"),
            form.textMap("metadata"));
    form.end();
    return problems.isEmpty()
        ? new TaskLine.Read(number, request)
        : new TaskLine.Refused(number, List.copyOf(problems));
  }

  private static Optional<String> notBlank(Form form, String name) {
    Optional<String> text = form.optionalText(name);
    text.ifPresent(value -> form.expect(!value.isBlank(), name, "text that is not blank"));
    return text;
  }
}
