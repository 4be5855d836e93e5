package dev.weirkeeper.audit.seal;

import dev.weirkeeper.audit.store.StoredText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the content of a session is stored. A place is {@code table.column/row}, as {@link
 * ContentColumns} has it.
 */
public sealed interface Seal {

  /** What sealed text begins with; base64 follows. */
  String MARK = "sealed:";

  /** As it is. */
  static Seal open() {
    return new Open();
  }

  /** Not at all. */
  static Seal erased() {
    return new Erased();
  }

  /** Text in a column that may be empty. */
  @Nullable String textOrNull(String place, @Nullable String plain);

  /** Text in a column that may not. */
  String text(String place, String plain);

  /** JSON in UTF-8. */
  @Nullable ByteBuffer jsonOrNull(String place, @Nullable ByteBuffer plain);

  /** Bytes. */
  byte @Nullable [] bytes(String place, byte @Nullable [] plain);

  /** Why the value differs from what was on the topic, beside reasons that others have. */
  List<String> withheld(List<String> others);

  /** True if content can be read without a key. */
  default boolean readable() {
    return this instanceof Open;
  }

  /** Under a key. */
  static Seal under(ContentKey key) {
    return new Keyed(key);
  }

  /** Text that may be sealed, as it was; empty if it can't be opened. */
  static Optional<String> opened(@Nullable ContentKey key, String place, String stored) {
    if (!stored.startsWith(MARK)) {
      return Optional.of(stored);
    }
    if (key == null) {
      return Optional.empty();
    }
    try {
      return key.open(place, Base64.getDecoder().decode(stored.substring(MARK.length())))
          .map(plain -> new String(plain, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** As it is. */
  record Open() implements Seal {
    @Override
    public @Nullable String textOrNull(String place, @Nullable String plain) {
      return plain;
    }

    @Override
    public String text(String place, String plain) {
      return plain;
    }

    @Override
    public @Nullable ByteBuffer jsonOrNull(String place, @Nullable ByteBuffer plain) {
      return plain;
    }

    @Override
    public byte @Nullable [] bytes(String place, byte @Nullable [] plain) {
      return plain;
    }

    @Override
    public List<String> withheld(List<String> others) {
      return others;
    }
  }

  /** Under a key. */
  record Keyed(ContentKey key) implements Seal {
    private static final String WHY = "sealed";
    private static final JsonMapper CANONICAL =
        JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Override
    public @Nullable String textOrNull(String place, @Nullable String plain) {
      return plain == null ? null : text(place, plain);
    }

    @Override
    public String text(String place, String plain) {
      return MARK
          + Base64.getEncoder()
              .encodeToString(
                  key.seal(place, StoredText.of(plain).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public @Nullable ByteBuffer jsonOrNull(String place, @Nullable ByteBuffer plain) {
      if (plain == null) {
        return null;
      }
      byte[] given = new byte[plain.remaining()];
      plain.duplicate().get(given);
      String sealed =
          "\""
              + MARK
              + Base64.getEncoder().encodeToString(key.seal(place, canonical(given)))
              + "\"";
      return ByteBuffer.wrap(sealed.getBytes(StandardCharsets.UTF_8));
    }

    /** PostgreSQL gives JSON back in another form than it was given. */
    private static byte[] canonical(byte[] json) {
      return CANONICAL.writeValueAsBytes(CANONICAL.readValue(json, Object.class));
    }

    @Override
    public byte @Nullable [] bytes(String place, byte @Nullable [] plain) {
      return plain == null ? null : key.seal(place, plain);
    }

    @Override
    public List<String> withheld(List<String> others) {
      return Stream.concat(others.stream(), Stream.of(WHY)).toList();
    }
  }

  /** Not at all. */
  record Erased() implements Seal {
    private static final String WHY = "erased";

    @Override
    public @Nullable String textOrNull(String place, @Nullable String plain) {
      return null;
    }

    @Override
    public String text(String place, String plain) {
      return "";
    }

    @Override
    public @Nullable ByteBuffer jsonOrNull(String place, @Nullable ByteBuffer plain) {
      return null;
    }

    @Override
    public byte @Nullable [] bytes(String place, byte @Nullable [] plain) {
      return null;
    }

    @Override
    public List<String> withheld(List<String> others) {
      return List.of(WHY);
    }
  }
}
