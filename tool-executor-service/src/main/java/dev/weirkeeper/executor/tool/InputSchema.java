package dev.weirkeeper.executor.tool;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schema of a tool's arguments, ready to check them.
 *
 * <p>References are followed inside the schema only, never over the network. Thread-safe.
 */
public final class InputSchema {

  private static final int MAX_PROBLEMS = 10;
  private static final int MAX_SHOWN = 80;
  private static final int MAX_EXPONENT = 1_000;
  private static final int MAX_REFERENCES = 32;

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          registry ->
              registry
                  .schemaCacheEnabled(false)
                  .schemaLoader(loader -> loader.fetchRemoteResources(false))
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .formatAssertionsEnabled(true)
                          .regularExpressionFactory(BoundedPattern.FACTORY)
                          .build()));

  private final ObjectNode document;
  private final Schema schema;

  /** Whether arguments may reach a tool. */
  public sealed interface Check {

    /** They may: all that is required is there and defaults are filled in. */
    record Valid(ObjectNode arguments) implements Check {}

    /** They may not, for these reasons: at least one. */
    record Invalid(List<ArgumentProblem> problems) implements Check {}
  }

  private InputSchema(ObjectNode document, Schema schema) {
    this.document = document;
    this.schema = schema;
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException if it is no JSON, does not describe an object, or refers to
   *     something outside itself
   */
  public static InputSchema of(String json) {
    try {
      if (!(ToolJson.mapper().readTree(json) instanceof ObjectNode document)
          || !"object".equals(document.path("type").asString(""))) {
        throw new IllegalArgumentException(
            "an input schema must be a JSON object with \"type\": \"object\"");
      }
      Schema schema = REGISTRY.getSchema(document);
      schema.initializeValidators();
      return new InputSchema(document, schema);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the input schema is no JSON: " + e.getOriginalMessage(), e);
    } catch (SchemaException | PatternSyntaxException e) {
      throw new IllegalArgumentException("the input schema can't be used: " + e.getMessage(), e);
    }
  }

  /** The schema as canonical JSON. */
  public String canonical() {
    return ToolJson.canonical(document);
  }

  /**
   * The same after checking that its own defaults and examples fit.
   *
   * @throws IllegalArgumentException naming the first that does not
   */
  InputSchema withFittingValues() {
    for (Map.Entry<String, JsonNode> property : document.path("properties").properties()) {
      if (property.getValue() instanceof ObjectNode described) {
        ObjectNode alone = described.deepCopy();
        if (document.get("$defs") instanceof ObjectNode shared) {
          alone.set("$defs", shared);
        }
        Schema own = REGISTRY.getSchema(alone);
        Stream.concat(
                Stream.ofNullable(described.get("default")),
                described.path("examples").valueStream())
            .filter(value -> !own.validate(value).isEmpty())
            .findFirst()
            .ifPresent(
                value -> {
                  throw new IllegalArgumentException(
                      "/"
                          + property.getKey()
                          + ": its default or example "
                          + value
                          + " does not fit its own schema "
                          + described);
                });
      }
    }
    return this;
  }

  /** Checks the text of a call's arguments. Blank text stands for no arguments. */
  public Check check(String argumentsJson) {
    JsonNode arguments;
    try {
      arguments =
          argumentsJson.isBlank() ? ToolJson.object() : ToolJson.mapper().readTree(argumentsJson);
    } catch (JacksonException | NumberFormatException e) {
      return invalid(
          new ArgumentProblem(
              "",
              "a JSON object",
              "text that can't be read: "
                  + (e instanceof JacksonException json
                      ? json.getOriginalMessage()
                      : "a number beyond all bounds"),
              "send one JSON object without repeated keys, nested at most "
                  + ToolJson.MAX_DEPTH
                  + " deep"));
    }
    return check(arguments);
  }

  /** Checks a call's arguments. */
  public Check check(JsonNode arguments) {
    if (!(arguments instanceof ObjectNode object)) {
      return invalid(new ArgumentProblem("", "a JSON object", shown(arguments), ""));
    }
    Optional<ArgumentProblem> hugeNumber = hugeNumber(object, "");
    if (hugeNumber.isPresent()) {
      return invalid(hugeNumber.get());
    }
    List<ArgumentProblem> problems;
    try {
      problems =
          schema.validate(object).stream()
              .map(this::problem)
              .distinct()
              .sorted(Comparator.comparing(ArgumentProblem::path))
              .limit(MAX_PROBLEMS)
              .toList();
    } catch (JacksonException e) {
      // The validator compares some numbers as 64-bit integers and can't with larger ones.
      return invalid(
          new ArgumentProblem(
              "",
              "numbers of an ordinary size",
              String.valueOf(e.getOriginalMessage()),
              "use whole numbers between -9223372036854775808 and 9223372036854775807"));
    }
    if (!problems.isEmpty()) {
      return new Check.Invalid(problems);
    }
    ObjectNode filled = object.deepCopy();
    fillDefaults(filled, document);
    return new Check.Valid(filled);
  }

  private static Check invalid(ArgumentProblem problem) {
    return new Check.Invalid(List.of(problem));
  }

  private ArgumentProblem problem(Error error) {
    String path = error.getInstanceLocation().toString();
    JsonNode value = error.getInstanceNode();
    JsonNode rule = error.getSchemaNode();
    String property = error.getProperty();
    return switch (error.getKeyword()) {
      case "required" ->
          new ArgumentProblem(
              path + "/" + property,
              expectation(followed(schemaAt(path).path("properties").path(property))),
              "nothing",
              "add " + property);
      case "additionalProperties", "unevaluatedProperties" -> unknown(path, property);
      case "type" -> new ArgumentProblem(path, typeNames(rule), shown(value), "");
      case "enum" -> {
        List<String> allowed = rule.valueStream().map(InputSchema::shown).toList();
        yield new ArgumentProblem(
            path,
            "one of " + String.join(", ", allowed),
            shown(value),
            Closest.to(shown(value), allowed).map(InputSchema::didYouMean).orElse(""));
      }
      default ->
          new ArgumentProblem(
              path, error.getKeyword() + " " + shown(rule), shown(value), error.getMessage());
    };
  }

  private ArgumentProblem unknown(String path, @Nullable String property) {
    String name = String.valueOf(property);
    List<String> known = List.copyOf(schemaAt(path).path("properties").propertyNames());
    return new ArgumentProblem(
        path + "/" + name,
        known.isEmpty() ? "no arguments" : "only " + String.join(", ", known),
        name,
        Closest.to(name, known).map(InputSchema::didYouMean).orElse("leave " + name + " out"));
  }

  private static String didYouMean(String best) {
    return "did you mean " + best + "?";
  }

  /** What a schema asks for, in words: its type, its allowed values and its description. */
  private static String expectation(JsonNode schema) {
    StringBuilder words = new StringBuilder(typeNames(schema.path("type")));
    if (schema.get("enum") instanceof ArrayNode allowed) {
      words
          .append(", one of ")
          .append(allowed.valueStream().map(InputSchema::shown).collect(Collectors.joining(", ")));
    }
    String description = schema.path("description").asString("");
    return description.isEmpty() ? words.toString() : words + " (" + description + ")";
  }

  private static String typeNames(JsonNode type) {
    return switch (type) {
      case ArrayNode several ->
          several.valueStream().map(JsonNode::asString).collect(Collectors.joining(" or "));
      case MissingNode _ -> "a value";
      default -> type.isString() ? type.asString() : shown(type);
    };
  }

  private static String shown(@Nullable JsonNode value) {
    String text = value == null ? "nothing" : value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }

  /** A number that would take longer to handle than it is worth, and that no tool means. */
  private static Optional<ArgumentProblem> hugeNumber(JsonNode node, String path) {
    return switch (node) {
      case ObjectNode object ->
          object.properties().stream()
              .flatMap(entry -> hugeNumber(entry.getValue(), path + "/" + entry.getKey()).stream())
              .findFirst();
      case ArrayNode array ->
          array.valueStream().flatMap(element -> hugeNumber(element, path).stream()).findFirst();
      default ->
          node.isBigDecimal() && Math.abs((long) node.decimalValue().scale()) > MAX_EXPONENT
              ? Optional.of(
                  new ArgumentProblem(
                      path, "a number with an exponent of at most " + MAX_EXPONENT, "more", ""))
              : Optional.empty();
    };
  }

  private void fillDefaults(JsonNode value, JsonNode schemaNode) {
    JsonNode here = followed(schemaNode);
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : here.path("properties").properties()) {
        JsonNode present = object.get(property.getKey());
        JsonNode byDefault = followed(property.getValue()).get("default");
        if (present != null) {
          fillDefaults(present, property.getValue());
        } else if (byDefault != null) {
          object.set(property.getKey(), byDefault.deepCopy());
        }
      }
    } else if (value instanceof ArrayNode array) {
      array.forEach(element -> fillDefaults(element, here.path("items")));
    }
  }

  /**
   * The schema of the value at a JSON pointer, as far as it can be told by properties and items.
   */
  private JsonNode schemaAt(String pointer) {
    JsonNode here = followed(document);
    for (String step : pointer.split("/", -1)) {
      if (!step.isEmpty()) {
        JsonNode property =
            here.path("properties").path(step.replace("~1", "/").replace("~0", "~"));
        here = followed(property.isMissingNode() ? here.path("items") : property);
      }
    }
    return here;
  }

  /** The schema itself after its references and the null branch of an optional are resolved. */
  private JsonNode followed(JsonNode schemaNode) {
    JsonNode here = schemaNode;
    for (int i = 0; i < MAX_REFERENCES; i++) {
      String reference = here.path("$ref").asString("");
      if (reference.startsWith("#/") && !here.has("properties")) {
        here = document.at(reference.substring(1));
      } else if (here.get("anyOf") instanceof ArrayNode branches) {
        List<JsonNode> real =
            branches
                .valueStream()
                .filter(branch -> !"null".equals(branch.path("type").asString("")))
                .toList();
        if (real.size() != 1) {
          return here;
        }
        here = real.getFirst();
      } else {
        return here;
      }
    }
    return here;
  }
}
