package dev.weirkeeper.schemas.serde;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * A schema as it is registered: exactly the committed {@code .avsc}. The generated classes carry a
 * note on every string that only Java understands; with it the registry would hold a second text of
 * each schema, and a program in another language could not find the first.
 */
final class PortableSchema {

  private static final String JAVA_STRING = "avro.java.string";

  private PortableSchema() {}

  static Schema of(Schema schema) {
    return strip(schema, new HashMap<>());
  }

  private static Schema strip(Schema schema, Map<String, Schema> done) {
    return switch (schema.getType()) {
      case STRING -> copyProperties(schema, Schema.create(Schema.Type.STRING));
      case ARRAY ->
          copyProperties(schema, Schema.createArray(strip(schema.getElementType(), done)));
      case MAP -> copyProperties(schema, Schema.createMap(strip(schema.getValueType(), done)));
      case UNION ->
          copyProperties(
              schema,
              Schema.createUnion(schema.getTypes().stream().map(t -> strip(t, done)).toList()));
      case RECORD -> record(schema, done);
      case ENUM, FIXED, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> schema;
    };
  }

  private static Schema record(Schema schema, Map<String, Schema> done) {
    Schema known = done.get(schema.getFullName());
    if (known != null) {
      return known;
    }
    Schema copy =
        Schema.createRecord(
            schema.getName(), schema.getDoc(), schema.getNamespace(), schema.isError());
    schema.getAliases().forEach(copy::addAlias);
    done.put(schema.getFullName(), copy);
    List<Schema.Field> fields =
        schema.getFields().stream()
            .map(field -> new Schema.Field(field, strip(field.schema(), done)))
            .toList();
    copy.setFields(fields);
    return copyProperties(schema, copy);
  }

  private static Schema copyProperties(Schema from, Schema to) {
    from.forEachProperty(
        (name, value) -> {
          if (!name.equals(JAVA_STRING)) {
            to.addProp(name, value);
          }
        });
    return to;
  }
}
