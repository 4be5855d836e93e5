package dev.weirkeeper.planner.json;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks a tool call before it is sent: does the tool exist, do the arguments fit its schema?
 *
 * <p>What it finds is written for the model: which argument, what was expected there, what came,
 * and the closest word where one of a few is expected. Schemas are JSON Schema 2020-12, compiled
 * once per text and kept; references out of the schema are not followed; a pattern that takes too
 * long counts as not matched.
 *
 * <p>Thread-safe and free of side effects, compiled schemas aside.
 */
public final class ArgumentCheck {

  private static final int MAX_PROBLEMS = 5;
  private static final int MAX_SHOWN = 80;
  private static final int MAX_COMPILED = 1_000;
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder
                  .schemaCacheEnabled(false)
                  .schemaLoader(loader -> loader.fetchRemoteResources(false))
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .pathType(PathType.JSON_POINTER)
                          .regularExpressionFactory(BoundedPattern.FACTORY)
                          .build()));

  /** By the schema's text: definitions are immutable, and many versions share a text. */
  private static final Map<String, Compiled> COMPILED = new ConcurrentHashMap<>();

  private sealed interface Compiled {
    record Usable(Schema schema) implements Compiled {}

    record Broken(String why) implements Compiled {}
  }

  private ArgumentCheck() {}

  /**
   * What keeps a call from being sent, if anything.
   *
   * @param tools the tools the agent may call
   * @param name the tool's name as the model wrote it
   * @param arguments canonical JSON of an object
   */
  public static Optional<ToolError> problem(
      Collection<ToolDefinition> tools, String name, String arguments) {
    for (ToolDefinition tool : tools) {
      if (tool.getName().equals(name)) {
        return problem(tool, arguments);
      }
    }
    return Optional.of(unknownTool(name, tools));
  }

  /** What is wrong with the arguments of a tool, if anything: canonical JSON of an object. */
  public static Optional<ToolError> problem(ToolDefinition tool, String arguments) {
    JsonNode value;
    try {
      value = CanonicalJson.read(arguments);
    } catch (MalformedJsonException e) {
      return Optional.of(notJson(tool.getName(), String.valueOf(e.getMessage())));
    }
    return switch (compiled(tool.getInputSchema())) {
      case Compiled.Broken(String why) -> Optional.of(brokenSchema(tool, why));
      case Compiled.Usable(Schema schema) -> misfit(tool, schema, value);
    };
  }

  /**
   * The error for arguments that are no JSON object, or for the tool if there is none of that name.
   *
   * @param tools the tools the agent may call
   * @param name the tool's name as the model wrote it
   * @param why what is wrong with the text
   */
  public static ToolError notJson(Collection<ToolDefinition> tools, String name, String why) {
    return tools.stream().anyMatch(tool -> tool.getName().equals(name))
        ? notJson(name, why)
        : unknownTool(name, tools);
  }

  private static ToolError notJson(String tool, String why) {
    ObjectNode details = MAPPER.createObjectNode();
    details.put("tool", tool);
    return ToolErrorText.error(
        ToolErrorCode.INVALID_ARGUMENTS,
        "the arguments of " + tool + " can't be read: " + why,
        "call " + tool + " again with a JSON object",
        details);
  }

  private static ToolError unknownTool(String name, Collection<ToolDefinition> tools) {
    List<String> names = tools.stream().map(ToolDefinition::getName).sorted().toList();
    ObjectNode details = MAPPER.createObjectNode();
    ArrayNode available = details.putArray("available_tools");
    names.forEach(available::add);
    String hint =
        names.isEmpty()
            ? "no tools are available, answer without them"
            : Closest.to(name, names)
                .map(close -> "did you mean " + close + "?")
                .orElse("use one of the available tools");
    return ToolErrorText.error(
        ToolErrorCode.UNKNOWN_TOOL, "there is no tool named " + shown(name), hint, details);
  }

  private static ToolError brokenSchema(ToolDefinition tool, String why) {
    ObjectNode details = MAPPER.createObjectNode();
    details.put("tool", tool.getName());
    details.put("tool_version", tool.getVersion());
    return ToolErrorText.error(
        ToolErrorCode.INVALID_ARGUMENTS,
        "the arguments of "
            + tool.getName()
            + " can't be checked, its own schema is broken: "
            + why,
        "do without this tool and say that whoever runs it has to mend its schema",
        details);
  }

  private static Optional<ToolError> misfit(ToolDefinition tool, Schema schema, JsonNode value) {
    List<Error> errors;
    try {
      errors = schema.validate(value);
    } catch (BoundedPattern.TooCostly e) {
      return Optional.of(notJson(tool.getName(), String.valueOf(e.getMessage())));
    } catch (JacksonException e) {
      // The validator compares some numbers as 64-bit integers and can't with larger ones.
      return Optional.of(notJson(tool.getName(), firstLine(e.getOriginalMessage())));
    } catch (SchemaException | PatternSyntaxException | StackOverflowError e) {
      return Optional.of(brokenSchema(tool, firstLine(String.valueOf(e.getMessage()))));
    }
    if (errors.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode details = MAPPER.createObjectNode();
    details.put("tool", tool.getName());
    ArrayNode problems = details.putArray("problems");
    List<String> sentences = new ArrayList<>();
    @Nullable String guess = null;
    for (Error error : errors.subList(0, Math.min(errors.size(), MAX_PROBLEMS))) {
      Misfit misfit = Misfit.of(error, schema.getSchemaNode());
      sentences.add(misfit.sentence());
      problems.add(misfit.json());
      if (guess == null && misfit.closest() != null) {
        guess = "did you mean " + misfit.closest() + " at " + misfit.path() + "?";
      }
    }
    if (errors.size() > MAX_PROBLEMS) {
      details.put("more_problems", errors.size() - MAX_PROBLEMS);
    }
    return Optional.of(
        ToolErrorText.error(
            ToolErrorCode.INVALID_ARGUMENTS,
            "the arguments don't fit the schema of "
                + tool.getName()
                + ": "
                + String.join("; ", sentences),
            guess == null
                ? "mend the arguments named and call " + tool.getName() + " again"
                : guess,
            details));
  }

  /** One argument that does not fit, in words. */
  private record Misfit(String path, String expected, String got, @Nullable String closest) {

    static Misfit of(Error error, JsonNode document) {
      String at = error.getInstanceLocation().toString();
      String path = at.isEmpty() ? "/" : at;
      JsonNode rule = error.getSchemaNode();
      @Nullable JsonNode value = error.getInstanceNode();
      @Nullable String property = error.getProperty();
      String got = value == null ? "nothing" : shown(value.toString());
      return switch (error.getKeyword()) {
        case "required" ->
            new Misfit(at + "/" + property, "a value, it is required", "nothing", null);
        case "additionalProperties", "unevaluatedProperties" -> {
          List<String> known = known(error, document);
          yield new Misfit(
              at + "/" + property,
              known.isEmpty() ? "no such argument" : "one of the arguments " + listed(known),
              "an argument named " + shown(String.valueOf(property)),
              Closest.to(String.valueOf(property), known).orElse(null));
        }
        case "enum" -> {
          List<String> words = new ArrayList<>();
          rule.forEach(word -> words.add(word.isString() ? word.stringValue() : word.toString()));
          yield new Misfit(
              path,
              "one of " + listed(words),
              got,
              value != null && value.isString()
                  ? Closest.to(value.stringValue(), words).orElse(null)
                  : null);
        }
        case "type" ->
            new Misfit(
                path,
                "the type " + (rule.isString() ? rule.stringValue() : rule.toString()),
                got,
                null);
        default ->
            new Misfit(path, error.getKeyword() + " " + shown(String.valueOf(rule)), got, null);
      };
    }

    /** The names that stand as properties beside the keyword that refused another. */
    private static List<String> known(Error error, JsonNode document) {
      String keyword = error.getSchemaLocation().getFragment().toString();
      int end = keyword.lastIndexOf('/');
      JsonNode around = end < 0 ? document : document.at(keyword.substring(0, end));
      return List.copyOf(around.path("properties").propertyNames());
    }

    String sentence() {
      return "at "
          + path
          + " expected "
          + expected
          + ", got "
          + got
          + (closest == null ? "" : ", closest is " + closest);
    }

    ObjectNode json() {
      ObjectNode json = MAPPER.createObjectNode();
      json.put("path", path);
      json.put("expected", expected);
      json.put("got", got);
      if (closest != null) {
        json.put("closest", closest);
      }
      return json;
    }
  }

  private static Compiled compiled(String schema) {
    Compiled known = COMPILED.get(schema);
    if (known != null) {
      return known;
    }
    Compiled compiled = compile(schema);
    if (COMPILED.size() >= MAX_COMPILED) {
      COMPILED.clear();
    }
    COMPILED.put(schema, compiled);
    return compiled;
  }

  private static Compiled compile(String schema) {
    try {
      JsonNode document = CanonicalJson.read(schema);
      if (!document.isObject()) {
        return new Compiled.Broken("it is no JSON object");
      }
      Schema compiled = REGISTRY.getSchema(document);
      compiled.initializeValidators();
      return new Compiled.Usable(compiled);
    } catch (MalformedJsonException
        | SchemaException
        | PatternSyntaxException
        | StackOverflowError e) {
      return new Compiled.Broken(firstLine(String.valueOf(e.getMessage())));
    }
  }

  private static String listed(List<String> words) {
    return shown(String.join(", ", words), 4 * MAX_SHOWN);
  }

  private static String shown(String text) {
    return shown(text, MAX_SHOWN);
  }

  private static String shown(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return shown(end < 0 ? message : message.substring(0, end), 3 * MAX_SHOWN);
  }
}
