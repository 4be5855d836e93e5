package dev.weirkeeper.schemas.serde;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.wire.Task;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * What is demanded of a schema that somebody else wrote a record with. Anyone who may register a
 * schema chooses it, so it is checked before bytes are read by it.
 */
final class WriterSchemas {

  private static final Pattern SIMPLE_NAME = Pattern.compile("[A-Z][A-Za-z0-9]{0,99}");
  private static final String NAMESPACE = Task.class.getPackageName();
  private static final int MAX_DEPTH = 50;

  private WriterSchemas() {}

  /** The generated class that a schema's name means, if it is one. */
  static Optional<Class<? extends SpecificRecord>> generatedClass(Schema writer) {
    if (writer.getType() != Schema.Type.RECORD
        || !NAMESPACE.equals(writer.getNamespace())
        || !SIMPLE_NAME.matcher(writer.getName()).matches()) {
      return Optional.empty();
    }
    try {
      Class<?> found =
          Class.forName(NAMESPACE + "." + writer.getName(), false, Task.class.getClassLoader());
      return SpecificRecordBase.class.isAssignableFrom(found)
          ? Optional.of(found.asSubclass(SpecificRecord.class))
          : Optional.empty();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      return Optional.empty();
    }
  }

  /**
   * Refuses schemas by which a short record could need unbounded memory or stack: ones that contain
   * themselves, and lists of things that take no bytes. None of ours is of that kind.
   *
   * @throws UnreadableRecordException if it is one
   */
  static void refuseUnbounded(Schema writer) {
    leastBytes(writer, new HashSet<>(), 0);
  }

  /** The fewest bytes a value of the schema takes, capped at one. */
  private static int leastBytes(Schema schema, Set<String> open, int depth) {
    if (depth > MAX_DEPTH) {
      throw refused("is nested more than " + MAX_DEPTH + " deep");
    }
    return switch (schema.getType()) {
      case NULL -> 0;
      case FIXED -> Math.min(schema.getFixedSize(), 1);
      case ARRAY -> {
        if (leastBytes(schema.getElementType(), open, depth + 1) == 0) {
          throw refused("has a list of things that take no bytes");
        }
        yield 1;
      }
      case MAP -> {
        leastBytes(schema.getValueType(), open, depth + 1);
        yield 1;
      }
      case UNION -> {
        for (Schema branch : schema.getTypes()) {
          leastBytes(branch, open, depth + 1);
        }
        yield 1;
      }
      case RECORD -> {
        if (!open.add(schema.getFullName())) {
          throw refused("contains itself through " + schema.getFullName());
        }
        int least = 0;
        for (Schema.Field field : schema.getFields()) {
          least = Math.max(least, leastBytes(field.schema(), open, depth + 1));
        }
        open.remove(schema.getFullName());
        yield least;
      }
      case ENUM, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN -> 1;
    };
  }

  private static UnreadableRecordException refused(String why) {
    return new UnreadableRecordException(
        Reason.MALFORMED, "the schema it was written with " + why + ", which is not accepted");
  }
}
