package dev.weirkeeper.planner.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One text for one JSON value: keys sorted by UTF-16 code unit, no white space, the shortest form
 * of each number, strings with only the escapes JSON demands.
 *
 * <p>Unlike RFC 8785 numbers are kept exact rather than as doubles, because an id of twenty digits
 * must not change; {@code 1.0}, {@code 1e0} and {@code 1} are one value and become {@code 1}.
 *
 * <p>Refused are: more than {@value #MAX_CHARS} characters, {@value #MAX_DEPTH} levels or {@value
 * #MAX_NUMBER_CHARS} characters of a number; a number whose exponent is beyond ±{@value
 * #MAX_EXPONENT}; a key twice in one object; half a surrogate pair; anything after the value.
 */
public final class CanonicalJson {

  /** Longest text read. */
  public static final int MAX_CHARS = 1 << 20;

  /** Deepest nesting read. */
  public static final int MAX_DEPTH = 64;

  /** Longest number read. */
  public static final int MAX_NUMBER_CHARS = 400;

  /** Largest power of ten of a number, up or down: a little more than doubles have. */
  public static final int MAX_EXPONENT = 400;

  private static final int PLAIN_DIGITS = 40;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(MAX_CHARS)
                          .maxStringLength(MAX_CHARS)
                          .maxNameLength(MAX_CHARS)
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_CHARS)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private CanonicalJson() {}

  /**
   * The canonical form of any JSON value.
   *
   * @throws MalformedJsonException if the text is refused
   */
  public static String of(String json) throws MalformedJsonException {
    return write(read(json));
  }

  /**
   * The canonical form of a JSON object.
   *
   * @throws MalformedJsonException if the text is refused or is some other value
   */
  public static String ofObject(String json) throws MalformedJsonException {
    JsonNode value = read(json);
    if (!value.isObject()) {
      throw new MalformedJsonException(
          "a JSON object is expected, this is "
              + switch (value.getNodeType()) {
                case ARRAY -> "an array";
                case STRING -> "a string";
                case NUMBER -> "a number";
                case BOOLEAN -> "true or false";
                case NULL -> "null";
                case BINARY, MISSING, OBJECT, POJO -> "nothing";
              });
    }
    return write(value);
  }

  /** SHA-256 in hex over a text's UTF-8 bytes. */
  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Reads a text with all the bounds of this class. */
  static JsonNode read(String json) throws MalformedJsonException {
    if (json.length() > MAX_CHARS) {
      throw new MalformedJsonException(
          "the text has " + json.length() + " characters, at most " + MAX_CHARS + " are read");
    }
    try {
      JsonNode value = MAPPER.readTree(json);
      if (value.isMissingNode()) {
        throw new MalformedJsonException("there is no JSON value, only white space");
      }
      return value;
    } catch (JacksonException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " at line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr();
      throw new MalformedJsonException(firstLine(e.getOriginalMessage()) + where);
    } catch (NumberFormatException e) {
      // Jackson lets this one through for exponents that no BigDecimal has.
      throw new MalformedJsonException("a number is out of range: " + e.getMessage());
    }
  }

  private static String write(JsonNode value) throws MalformedJsonException {
    StringBuilder text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  private static void write(JsonNode value, StringBuilder to) throws MalformedJsonException {
    switch (value.getNodeType()) {
      case OBJECT -> {
        List<String> keys = new ArrayList<>(value.propertyNames());
        Collections.sort(keys);
        char separator = '{';
        for (String key : keys) {
          to.append(separator);
          string(key, to);
          to.append(':');
          write(value.get(key), to);
          separator = ',';
        }
        to.append(keys.isEmpty() ? "{}" : "}");
      }
      case ARRAY -> {
        char separator = '[';
        for (JsonNode item : value) {
          to.append(separator);
          write(item, to);
          separator = ',';
        }
        to.append(value.isEmpty() ? "[]" : "]");
      }
      case STRING -> string(value.stringValue(), to);
      case NUMBER -> to.append(number(value));
      case BOOLEAN -> to.append(value.booleanValue());
      case NULL -> to.append("null");
      case BINARY, MISSING, POJO -> throw new IllegalStateException("not read from JSON: " + value);
    }
  }

  private static void string(String text, StringBuilder to) throws MalformedJsonException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new MalformedJsonException(
            "a string holds half a surrogate pair, which is no Unicode text");
      }
    }
    to.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, to);
    to.append('"');
  }

  private static String number(JsonNode value) throws MalformedJsonException {
    if (value.isIntegralNumber()) {
      BigInteger integer = value.bigIntegerValue();
      return integer.bitLength() < Long.SIZE
          ? Long.toString(integer.longValue())
          : number(new BigDecimal(integer).stripTrailingZeros());
    }
    return number(value.decimalValue().stripTrailingZeros());
  }

  private static String number(BigDecimal stripped) throws MalformedJsonException {
    if (stripped.signum() == 0) {
      return "0";
    }
    long exponent = (long) stripped.precision() - stripped.scale() - 1;
    if (Math.abs(exponent) > MAX_EXPONENT) {
      throw new MalformedJsonException(
          "a number has the exponent " + exponent + ", at most " + MAX_EXPONENT + " is allowed");
    }
    return Math.abs(exponent) < PLAIN_DIGITS ? stripped.toPlainString() : stripped.toString();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
