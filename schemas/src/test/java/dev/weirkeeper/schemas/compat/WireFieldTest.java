package dev.weirkeeper.schemas.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.random.WireTypes;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of every record: absent, unset, and beside fields that this build does not know. */
class WireFieldTest {

  private static final String ADDED = "added_later";
  private static final Set<Schema.Type> PRIMITIVE =
      EnumSet.of(Schema.Type.BOOLEAN, Schema.Type.INT, Schema.Type.LONG);

  private final Wire wire = new Wire();

  static Stream<Class<? extends SpecificRecord>> types() {
    return WireTypes.all().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_field_that_the_writer_did_not_have_gets_its_default(Class<? extends SpecificRecord> type) {
    Schema schema = Wire.schema(type);
    SpecificRecord record = new RandomRecords(1).next(type);
    for (Schema.Field absent : schema.getFields()) {
      List<Schema.Field> others =
          schema.getFields().stream().filter(f -> f.pos() != absent.pos()).toList();

      byte[] bytes = wire.writeAs(Wire.withFields(schema, others), record, Map.of());

      if (absent.hasDefaultValue()) {
        SpecificRecord expected = copy(record);
        expected.put(absent.pos(), SpecificData.getForClass(type).getDefaultValue(absent));
        assertThat(wire.read(bytes)).as("without " + absent.name()).isEqualTo(expected);
      } else {
        assertThatThrownBy(() -> wire.read(bytes))
            .as("without " + absent.name())
            .isInstanceOf(UnreadableRecordException.class)
            .hasMessageContaining(absent.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_field_left_unset_in_a_builder_gets_its_default_or_is_refused_by_name(
      Class<? extends SpecificRecord> type) throws Exception {
    for (Schema.Field unset : Wire.schema(type).getFields()) {
      SpecificRecord record = new RandomRecords(2).next(type);
      Object builder = builderWithout(unset, record);
      Method build = builder.getClass().getMethod("build");
      if (unset.hasDefaultValue()) {
        record.put(unset.pos(), SpecificData.getForClass(type).getDefaultValue(unset));
        assertThat(build.invoke(builder)).as("unset " + unset.name()).isEqualTo(record);
      } else {
        assertThatThrownBy(() -> build.invoke(builder))
            .cause()
            .as("unset " + unset.name())
            .isInstanceOf(AvroRuntimeException.class)
            .hasMessageContaining(unset.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_null_is_written_where_it_may_be_and_refused_by_name_where_not(
      Class<? extends SpecificRecord> type) {
    for (Schema.Field unset : Wire.schema(type).getFields()) {
      SpecificRecord record = new RandomRecords(3).next(type);
      if (unset.schema().isNullable()) {
        record.put(unset.pos(), null);
        assertThat(wire.read(wire.write(record))).as("null " + unset.name()).isEqualTo(record);
      } else if (!PRIMITIVE.contains(unset.schema().getType())
          || unset.schema().getLogicalType() != null) {
        // A primitive can't be null in the first place.
        record.put(unset.pos(), null);
        assertThatThrownBy(() -> wire.write(record))
            .as("null " + unset.name())
            .isInstanceOf(SerializationException.class)
            .hasMessageContaining(type.getSimpleName())
            .hasMessageContaining(unset.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_field_that_this_build_does_not_know_is_passed_over_wherever_it_stands(
      Class<? extends SpecificRecord> type) {
    Schema schema = Wire.schema(type);
    SpecificRecord record = new RandomRecords(3).next(type);
    List<Map.Entry<Schema, Object>> extras = extras();
    for (int at = 0; at <= schema.getFields().size(); at++) {
      Map.Entry<Schema, Object> extra = extras.get(at % extras.size());
      List<Schema.Field> fields = new ArrayList<>(schema.getFields());
      fields.add(at, new Schema.Field(ADDED, extra.getKey(), "of a newer writer", null));

      byte[] bytes =
          wire.writeAs(Wire.withFields(schema, fields), record, Map.of(ADDED, extra.getValue()));

      assertThat(wire.read(bytes)).as("extra field at %d", at).isEqualTo(record);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void a_symbol_that_this_build_does_not_know_reads_as_the_enums_default(
      Class<? extends SpecificRecord> type) {
    Schema schema = Wire.schema(type);
    Schema newer = Wire.mapEnums(schema, WireFieldTest::withOneMoreSymbol);
    for (Schema.Field field : schema.getFields()) {
      if (field.schema().getType() != Schema.Type.ENUM) {
        continue;
      }
      SpecificRecord record = new RandomRecords(4).next(type);
      Schema enumOfWriter = newer.getField(field.name()).schema();
      Map<String, Object> more = new HashMap<>();
      more.put(field.name(), new GenericData.EnumSymbol(enumOfWriter, "ADDED_LATER"));

      byte[] bytes = wire.writeAs(newer, record, more);

      String otherwise = field.schema().getEnumDefault();
      if (otherwise == null) {
        assertThatThrownBy(() -> wire.read(bytes))
            .as(field.name())
            .isInstanceOf(UnreadableRecordException.class);
      } else {
        assertThat(wire.read(bytes).get(field.pos())).as(field.name()).hasToString(otherwise);
      }
    }
  }

  /** A builder that has every field of a record but one. */
  private static Object builderWithout(Schema.Field unset, SpecificRecord record)
      throws ReflectiveOperationException {
    Object builder = Objects.requireNonNull(record.getClass().getMethod("newBuilder").invoke(null));
    for (Schema.Field field : record.getSchema().getFields()) {
      if (field.pos() != unset.pos()) {
        Method setter =
            Arrays.stream(builder.getClass().getMethods())
                .filter(m -> m.getName().equals("set" + camelCase(field.name())))
                .findFirst()
                .orElseThrow();
        setter.invoke(builder, record.get(field.pos()));
      }
    }
    return builder;
  }

  private static String camelCase(String name) {
    return Arrays.stream(name.split("_"))
        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
        .collect(Collectors.joining());
  }

  private static List<Map.Entry<Schema, Object>> extras() {
    Schema text = Schema.create(Schema.Type.STRING);
    Schema point =
        Schema.createRecord(
            "AddedLater",
            null,
            "dev.weirkeeper.wire",
            false,
            List.of(new Schema.Field("x", Schema.create(Schema.Type.DOUBLE))));
    GenericData.Record value = new GenericData.Record(point);
    value.put("x", 1.5);
    return List.of(
        Map.entry(text, "more"),
        Map.entry(Schema.createArray(text), List.of("a", "b")),
        Map.entry(Schema.createMap(Schema.create(Schema.Type.LONG)), Map.of("k", 1L)),
        Map.entry(point, value),
        Map.entry(Schema.createUnion(Schema.create(Schema.Type.NULL), point), value),
        Map.entry(Schema.createArray(point), List.of(value, value)),
        Map.entry(
            Schema.createFixed("Added", null, null, 3),
            new GenericData.Fixed(Schema.createFixed("Added", null, null, 3), new byte[3])));
  }

  private static Schema withOneMoreSymbol(Schema before) {
    List<String> symbols = new ArrayList<>(before.getEnumSymbols());
    symbols.addFirst("ADDED_LATER");
    return Schema.createEnum(
        before.getName(), before.getDoc(), before.getNamespace(), symbols, before.getEnumDefault());
  }

  private SpecificRecord copy(SpecificRecord record) {
    return wire.read(wire.write(record));
  }
}
