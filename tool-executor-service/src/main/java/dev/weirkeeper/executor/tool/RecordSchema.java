package dev.weirkeeper.executor.tool;

import com.fasterxml.classmate.ResolvedType;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the JSON Schema of an input record. */
final class RecordSchema {

  private static final Set<Class<?>> OPTIONALS =
      Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

  private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE_CASE =
      new PropertyNamingStrategies.SnakeCaseStrategy();

  private RecordSchema() {}

  /**
   * The schema of a record, as canonical JSON.
   *
   * @throws IllegalArgumentException if a default, an example or a bound can't be read
   */
  static String of(Class<? extends Record> type) {
    SchemaGeneratorConfigBuilder builder =
        new SchemaGeneratorConfigBuilder(
                ToolJson.mapper(), SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(
                Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                Option.PLAIN_DEFINITION_KEYS,
                Option.INLINE_NULLABLE_SCHEMAS,
                Option.STANDARD_FORMATS,
                Option.FLATTENED_OPTIONALS)
            .without(Option.SCHEMA_VERSION_INDICATOR, Option.FLATTENED_ENUMS);
    builder.forTypesInGeneral().withCustomDefinitionProvider(RecordSchema::enumDefinition);
    builder
        .forFields()
        .withPropertyNameOverrideResolver(
            field -> SNAKE_CASE.nameForField(null, null, field.getDeclaredName()))
        .withRequiredCheck(RecordSchema::required)
        .withNullableCheck(RecordSchema::nullable)
        .withInstanceAttributeOverride(RecordSchema::describe);
    ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(type);
    if (!schema.has("properties")) {
      schema.putObject("properties");
    }
    return ToolJson.canonical(schema);
  }

  private static @Nullable CustomDefinition enumDefinition(
      ResolvedType type, SchemaGenerationContext context) {
    Object[] constants = type.getErasedType().getEnumConstants();
    if (constants == null) {
      return null;
    }
    ObjectNode definition = ToolJson.object().put("type", "string");
    ArrayNode values = definition.putArray("enum");
    for (Object constant : constants) {
      values.add(ToolJson.mapper().<JsonNode>valueToTree(constant));
    }
    return new CustomDefinition(
        definition, CustomDefinition.INLINE_DEFINITION, CustomDefinition.INCLUDING_ATTRIBUTES);
  }

  private static boolean required(FieldScope field) {
    Param param = field.getAnnotation(Param.class);
    return !nullable(field) && (param == null || param.defaultValue().isEmpty());
  }

  private static boolean nullable(FieldScope field) {
    if (field.isFakeContainerItemScope()) {
      return false;
    }
    Field raw = field.getRawMember();
    return OPTIONALS.contains(raw.getType())
        || Stream.concat(
                Arrays.stream(raw.getAnnotations()),
                Arrays.stream(raw.getAnnotatedType().getAnnotations()))
            .map(Annotation::annotationType)
            .anyMatch(annotation -> annotation.getSimpleName().equals("Nullable"));
  }

  private static void describe(
      ObjectNode attributes, FieldScope field, SchemaGenerationContext context) {
    Param param = field.getAnnotation(Param.class);
    if (param == null || field.isFakeContainerItemScope()) {
      return;
    }
    if (!param.value().isEmpty()) {
      attributes.put("description", param.value());
    }
    Class<?> type = valueType(field);
    if (!param.defaultValue().isEmpty()) {
      attributes.set("default", value(field, type, param.defaultValue()));
    }
    if (param.examples().length > 0) {
      ArrayNode examples = attributes.putArray("examples");
      for (String example : param.examples()) {
        examples.add(value(field, type, example));
      }
    }
    if (!param.pattern().isEmpty()) {
      attributes.put("pattern", param.pattern());
    }
    if (!param.format().isEmpty()) {
      attributes.put("format", param.format());
    }
    bound(attributes, "minimum", param.min());
    bound(attributes, "maximum", param.max());
    boolean list = type.isArray() || Collection.class.isAssignableFrom(type);
    if (param.minLength() > 0) {
      attributes.put(list ? "minItems" : "minLength", param.minLength());
    }
    if (param.maxLength() < Integer.MAX_VALUE) {
      attributes.put(list ? "maxItems" : "maxLength", param.maxLength());
    }
  }

  private static void bound(ObjectNode attributes, String keyword, String decimal) {
    if (!decimal.isEmpty()) {
      attributes.put(keyword, new BigDecimal(decimal));
    }
  }

  /** The class of the argument's value, without the optional around it. */
  private static Class<?> valueType(FieldScope field) {
    ResolvedType declared = field.getDeclaredType();
    return declared.getErasedType() == Optional.class
        ? declared.getTypeParameters().getFirst().getErasedType()
        : declared.getErasedType();
  }

  /** The text itself where the argument is a string, else the JSON it says. */
  private static JsonNode value(FieldScope field, Class<?> type, String text) {
    boolean json =
        type.isPrimitive()
            || type.isArray()
            || type.isRecord()
            || type == Boolean.class
            || OPTIONALS.contains(type)
            || Stream.of(Number.class, Collection.class, Map.class, JsonNode.class)
                .anyMatch(general -> general.isAssignableFrom(type));
    if (!json) {
      return ToolJson.mapper().getNodeFactory().stringNode(text);
    }
    try {
      return ToolJson.mapper().readTree(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "argument '" + field.getDeclaredName() + "': '" + text + "' is no JSON value", e);
    }
  }
}
