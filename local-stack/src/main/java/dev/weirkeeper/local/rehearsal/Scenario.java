package dev.weirkeeper.local.rehearsal;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a rehearsal model answers to what: tasks by pattern, each with its steps. The form of a file
 * is described at the head of the shipped {@code scenario.yaml}. Immutable.
 */
public final class Scenario {

  private static final String SHIPPED = "scenario.yaml";
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Duration latency;
  private final List<Task> tasks;

  /** A kind of task and how it goes. */
  record Task(String name, Pattern user, List<Step> steps) {}

  /**
   * What the model does in one turn.
   *
   * @param id unique in the scenario
   * @param say text, with {@code {{…}}} filled in
   * @param calls tools to call; those that are not offered are left out
   * @param stop the provider's word for why it stopped; absent: what follows from the rest
   * @param latency time before the first byte; absent: the scenario's
   * @param faults what goes wrong the first times this step is asked for, in order
   */
  record Step(
      String id,
      String say,
      List<Call> calls,
      @Nullable String stop,
      @Nullable Duration latency,
      List<Fault> faults) {}

  /** A tool call; strings in the input may hold {@code {{…}}}. */
  record Call(String tool, JsonNode input) {}

  /** Something that goes wrong instead of an answer. */
  sealed interface Fault {
    /** An answer with an error status. */
    record Status(int status, @Nullable String retryAfter) implements Fault {}

    /** The connection breaks before a byte of the answer, or in the middle of it. */
    record Reset(boolean midway) implements Fault {}

    /** The stream reports an error after its first piece. */
    record MidStreamError(int status) implements Fault {}
  }

  private Scenario(Duration latency, List<Task> tasks) {
    this.latency = latency;
    this.tasks = tasks;
  }

  /** The scenario that comes with Weirkeeper: the demo tasks. */
  public static Scenario shipped() {
    try (InputStream file = Scenario.class.getResourceAsStream(SHIPPED)) {
      if (file == null) {
        throw new IllegalStateException("the shipped " + SHIPPED + " is missing from the jar");
      }
      return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8), SHIPPED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if the file can't be read
   * @throws IllegalArgumentException if it is no scenario, saying what is wrong and where
   */
  public static Scenario read(Path file) throws IOException {
    return parse(Files.readString(file), file.toString());
  }

  /**
   * Reads a text.
   *
   * @param origin its name, for messages
   * @throws IllegalArgumentException if it is no scenario, saying what is wrong and where
   */
  public static Scenario parse(String yaml, String origin) {
    try {
      return MAPPER.readValue(yaml, FileForm.class).checked();
    } catch (JacksonException e) {
      String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new IllegalArgumentException(origin + line + ": " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(origin + ": " + e.getMessage(), e);
    }
  }

  /** Time before the first byte of an answer, unless a step has its own. */
  Duration latency() {
    return latency;
  }

  /** The kinds of task, the first that matches holds. */
  List<Task> tasks() {
    return tasks;
  }

  private record FileForm(@Nullable String latency, @Nullable List<TaskForm> tasks) {
    Scenario checked() {
      List<Task> all = new ArrayList<>();
      for (TaskForm task : tasks == null ? List.<TaskForm>of() : tasks) {
        all.add(task.checked(all.size()));
      }
      return new Scenario(time(latency == null ? "0ms" : latency), List.copyOf(all));
    }
  }

  private record TaskForm(
      @JsonProperty(required = true) String task,
      @JsonProperty(required = true) String user,
      @JsonProperty(required = true) List<StepForm> steps) {

    Task checked(int number) {
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("task '" + task + "' has no steps");
      }
      try {
        return new Task(
            task,
            Pattern.compile(user, Pattern.CASE_INSENSITIVE | Pattern.DOTALL),
            IntStream.range(0, steps.size())
                .mapToObj(i -> steps.get(i).checked(task, number + "." + i))
                .toList());
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "task '" + task + "': user is no pattern: " + e.getDescription(), e);
      }
    }
  }

  private record StepForm(
      @Nullable String say,
      @Nullable List<CallForm> calls,
      @Nullable String stop,
      @Nullable String latency,
      @Nullable List<FaultForm> faults) {

    Step checked(String task, String id) {
      if ((say == null || say.isBlank()) && calls == null && stop == null) {
        throw new IllegalArgumentException(
            "task '" + task + "': a step must say something, call tools or stop");
      }
      return new Step(
          id,
          say == null ? "" : say.strip(),
          calls == null ? List.of() : calls.stream().map(CallForm::checked).toList(),
          stop,
          latency == null ? null : time(latency),
          faults == null ? List.of() : faults.stream().map(FaultForm::checked).toList());
    }
  }

  private record CallForm(@JsonProperty(required = true) String tool, @Nullable JsonNode input) {
    Call checked() {
      JsonNode given = input == null ? MAPPER.createObjectNode() : input;
      if (!given.isObject()) {
        throw new IllegalArgumentException("the input of " + tool + " must be a mapping");
      }
      return new Call(tool, given);
    }
  }

  private record FaultForm(
      @Nullable Integer status,
      @Nullable String retryAfter,
      @Nullable String reset,
      @Nullable Integer midStreamError) {

    Fault checked() {
      if (status != null && status >= 400 && status < 600) {
        return new Fault.Status(status, retryAfter);
      }
      if (midStreamError != null && midStreamError >= 400 && midStreamError < 600) {
        return new Fault.MidStreamError(midStreamError);
      }
      boolean midway = "midway".equals(reset);
      if (midway || "at-once".equals(reset)) {
        return new Fault.Reset(midway);
      }
      throw new IllegalArgumentException(
          "a fault is one of status: 400 to 599, mid_stream_error: 400 to 599, reset: at-once or"
              + " midway");
    }
  }

  private static Duration time(String text) {
    String plain = text.strip();
    try {
      if (plain.endsWith("ms")) {
        return Duration.ofMillis(Long.parseLong(plain.substring(0, plain.length() - 2).strip()));
      }
      if (plain.endsWith("s")) {
        return Duration.ofSeconds(Long.parseLong(plain.substring(0, plain.length() - 1).strip()));
      }
    } catch (NumberFormatException _) {
      // reported below
    }
    throw new IllegalArgumentException("latency '" + text + "' must be like 200ms or 2s");
  }
}
