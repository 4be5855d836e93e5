package dev.weirkeeper.executor.tool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.weirkeeper.executor.SampleTools;
import dev.weirkeeper.executor.builtin.calculator.CalculatorTool;
import dev.weirkeeper.executor.builtin.people.AskHuman;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A hundred thousand argument texts, near to what the schemas ask for and far from it. Nothing but
 * an answer in words comes of the wrong ones, and no tool is given any of them.
 */
class FuzzedArgumentsTest {

  private static final int CASES = Integer.getInteger("fuzz.arguments", 100_000);
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_125L);

  /** Another reading of the schemas, to which ours is held. */
  private static final SchemaRegistry PLAIN =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          registry ->
              registry.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

  enum Level {
    LOW,
    HIGH
  }

  record Part(@Param(maxLength = 5) String name, Optional<Level> level) {}

  record Everything(
      @Param(min = "-3", max = "9") int count,
      @Param(pattern = "^[a-z]{1,4}$") String word,
      @Param(defaultValue = "low") Level level,
      Optional<BigDecimal> amount,
      @Param(minLength = 1, maxLength = 3) List<Part> parts,
      Map<String, Boolean> flags,
      @Param(format = "date") Optional<String> day) {}

  /** Sees every value that reaches a tool's code. */
  static final class Watching {
    final AtomicReference<@Nullable Everything> given = new AtomicReference<>();

    @Tool(name = "everything", description = "Takes one of each", readOnly = true)
    String everything(Everything input) {
      given.set(input);
      return "ok";
    }
  }

  @Test
  void no_exception_escapes_and_no_tool_is_given_what_its_schema_forbids() {
    Watching watching = new Watching();
    Collection<ToolCatalogue.Entry> tools =
        ToolCatalogue.of(watching, new CalculatorTool(), new AskHuman(), new SampleTools())
            .entries();
    Map<String, Schema> plain = new HashMap<>();
    tools.forEach(
        tool ->
            plain.put(
                tool.declaration().name(),
                PLAIN.getSchema(ToolJson.mapper().readTree(tool.declaration().inputSchema()))));
    Random random = new Random(SEED);
    List<ToolCatalogue.Entry> each = new ArrayList<>(tools);
    int valid = 0;
    int ran = 0;
    for (int number = 0; number < CASES; number++) {
      ToolCatalogue.Entry tool =
          random.nextInt(2) == 0 ? find(each, "everything") : each.get(random.nextInt(each.size()));
      String text = text(random, tool);
      String about =
          "case %d of seed %d, %s: %s"
              .formatted(number, SEED, tool.declaration().name(), head(text));
      switch (checked(tool, text, about)) {
        case InputSchema.Check.Invalid invalid -> {
          assertThat(invalid.problems()).as(about).isNotEmpty().hasSizeLessThanOrEqualTo(10);
          invalid.problems().forEach(problem -> assertThat(problem.message()).isNotBlank());
        }
        case InputSchema.Check.Valid pass -> {
          valid++;
          assertThat(
                  requireNonNull(plain.get(tool.declaration().name())).validate(pass.arguments()))
              .as(about)
              .isEmpty();
          if (tool.declaration().name().equals("everything")) {
            ran += ran(watching, tool, pass.arguments(), about);
          }
        }
      }
    }
    assertThat(valid).as("the fuzzer also hits").isGreaterThan(CASES / 100);
    assertThat(ran).isPositive();
  }

  private static InputSchema.Check checked(ToolCatalogue.Entry tool, String text, String about) {
    try {
      return tool.schema().check(text);
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(about, e);
    }
  }

  private static int ran(
      Watching watching, ToolCatalogue.Entry tool, ObjectNode arguments, String about) {
    watching.given.set(null);
    try {
      var _ = tool.tool().call(arguments, TrialContexts.any());
      Everything given = requireNonNull(watching.given.get(), about);
      assertThat(given.count()).as(about).isBetween(-3, 9);
      assertThat(given.word()).as(about).matches("[a-z]{1,4}");
      assertThat(given.level()).as(about).isNotNull();
      assertThat(given.parts()).as(about).hasSizeBetween(1, 3);
      return 1;
    } catch (ToolFailure e) {
      // Valid by the schema and still no value of the record: told as such.
      assertThat(e.code()).as(about).hasToString("INVALID_ARGUMENTS");
      return 0;
    } catch (Exception e) {
      throw new AssertionError(about, e);
    }
  }

  private static ToolCatalogue.Entry find(List<ToolCatalogue.Entry> tools, String name) {
    return tools.stream()
        .filter(tool -> tool.declaration().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Mostly an object that begins right and is then spoiled; sometimes no JSON at all. */
  private static String text(Random random, ToolCatalogue.Entry tool) {
    if (random.nextInt(50) == 0) {
      return garbage(random);
    }
    JsonNode schema = ToolJson.mapper().readTree(tool.declaration().inputSchema());
    JsonNode value = fitting(random, schema, schema, 0);
    int spoilt = random.nextInt(3);
    for (int i = 0; i < spoilt; i++) {
      value = spoilt(random, value, 0);
    }
    String text = value.toString();
    return switch (random.nextInt(40)) {
      case 0 -> text + garbage(random);
      case 1 -> text.substring(0, random.nextInt(text.length() + 1));
      case 2 -> text.replaceFirst("\\{", "{\"count\":1,");
      default -> text;
    };
  }

  private static String garbage(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> "";
      case 1 -> "[".repeat(random.nextInt(5_000));
      case 2 -> "{\"a\":".repeat(random.nextInt(200)) + "1";
      case 3 -> "1e" + random.nextInt(1_000_000);
      case 4 -> "9".repeat(random.nextInt(500));
      case 5 -> "\"\\ud800\"";
      case 6 -> "{\"count\":1e400,\"word\":\"a\"}";
      default -> string(random);
    };
  }

  private static JsonNode fitting(Random random, JsonNode root, JsonNode schema, int depth) {
    JsonNode here = schema;
    if (here.has("$ref")) {
      here = root.at(here.path("$ref").asString().substring(1));
    }
    if (here.get("anyOf") instanceof ArrayNode branches && !branches.isEmpty()) {
      here = branches.get(random.nextInt(branches.size()));
    }
    if (here.get("enum") instanceof ArrayNode values) {
      return values.get(random.nextInt(values.size()));
    }
    JsonNode type = here.path("type");
    String kind =
        type.isArray() ? type.get(random.nextInt(type.size())).asString() : type.asString("");
    var nodes = ToolJson.mapper().getNodeFactory();
    return switch (kind) {
      case "object" -> {
        ObjectNode object = ToolJson.object();
        for (Map.Entry<String, JsonNode> property : here.path("properties").properties()) {
          if (random.nextInt(10) > 0) {
            object.set(property.getKey(), fitting(random, root, property.getValue(), depth + 1));
          }
        }
        if (here.get("additionalProperties") instanceof ObjectNode more && depth < 4) {
          object.set(string(random), fitting(random, root, more, depth + 1));
        }
        yield object;
      }
      case "array" -> {
        ArrayNode array = ToolJson.mapper().createArrayNode();
        int size = 1 + random.nextInt(3);
        for (int i = 0; i < size && depth < 6; i++) {
          array.add(fitting(random, root, here.path("items"), depth + 1));
        }
        yield array;
      }
      case "integer" -> nodes.numberNode(random.nextInt(-3, 10));
      case "number" -> nodes.numberNode(BigDecimal.valueOf(random.nextInt(1_000), 2));
      case "boolean" -> nodes.booleanNode(random.nextBoolean());
      case "null" -> nodes.nullNode();
      default ->
          nodes.stringNode(
              random.nextInt(3) == 0 ? "2026-02-" + random.nextInt(10, 40) : word(random));
    };
  }

  private static JsonNode spoilt(Random random, JsonNode value, int depth) {
    if (value instanceof ObjectNode object && !object.isEmpty() && depth < 5) {
      List<String> names = new ArrayList<>(object.propertyNames());
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(4)) {
        case 0 -> object.remove(name);
        case 1 -> object.set(string(random), anything(random));
        case 2 -> object.set(name, anything(random));
        default -> object.set(name, spoilt(random, object.get(name), depth + 1));
      }
      return object;
    }
    return anything(random);
  }

  private static JsonNode anything(Random random) {
    var nodes = ToolJson.mapper().getNodeFactory();
    return switch (random.nextInt(9)) {
      case 0 -> nodes.nullNode();
      case 1 -> nodes.numberNode(random.nextLong());
      case 2 -> nodes.numberNode(new BigDecimal("1E" + random.nextInt(-2_000, 2_000)));
      case 3 -> nodes.numberNode(random.nextDouble());
      case 4 -> nodes.booleanNode(random.nextBoolean());
      case 5 -> ToolJson.mapper().createArrayNode().add(string(random));
      case 6 -> ToolJson.object().put(string(random), string(random));
      case 7 -> nodes.stringNode("a".repeat(random.nextInt(3_000)) + "!");
      default -> nodes.stringNode(string(random));
    };
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    int length = 1 + random.nextInt(4);
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    return word.toString();
  }

  private static String string(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(
          switch (random.nextInt(6)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> random.nextInt(0xd800);
            case 2 -> 0x1f600 + random.nextInt(50);
            case 3 -> "~/\\\"'$#%{}".charAt(random.nextInt(10));
            default -> 'a' + random.nextInt(26);
          });
    }
    return text.toString();
  }

  private static String head(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
