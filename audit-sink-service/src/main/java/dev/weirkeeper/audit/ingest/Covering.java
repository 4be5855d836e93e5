package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.content.RecordTexts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Covers secrets in what came in, before anything of it is stored. A covered secret is as long as
 * it was, so the value is still a record of its schema that can be read like any other.
 *
 * <p>Thread-safe.
 */
final class Covering {

  private final Redaction redaction;

  /** What is stored of a record. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Covered(byte @Nullable [] value, Headers headers, Content content, Set<String> found) {}

  /** Reads a value as content, again. */
  interface Reading {
    Content read(byte[] value, Headers headers);
  }

  Covering(Redaction redaction) {
    this.redaction = redaction;
  }

  /**
   * Covers what must not be stored.
   *
   * @param content what is in the value
   * @param reading how the covered value is read
   */
  Covered of(byte @Nullable [] value, Headers headers, Content content, Reading reading) {
    Set<String> found = new LinkedHashSet<>();
    Headers covered = headers(headers, found);
    if (content instanceof Content.Unreadable(String reason)) {
      byte[] bytes = value == null ? null : redaction.cover(value, found);
      return new Covered(bytes, covered, new Content.Unreadable(redaction.apply(reason)), found);
    }
    if (value == null || !redaction.suspects(value)) {
      return new Covered(value, covered, content, found);
    }
    byte @Nullable [] bytes =
        switch (content) {
          case Content.Understood(SpecificRecord record) -> record(value, record, found);
          case Content.JsonTask(var _, JsonNode _) ->
              redaction
                  .cover(new String(value, StandardCharsets.UTF_8), found)
                  .getBytes(StandardCharsets.UTF_8);
          case Content.DeadLetter _, Content.Tombstone _, Content.Unreadable _ ->
              redaction.cover(value, found);
        };
    if (found.isEmpty()) {
      return new Covered(value, covered, content, found);
    }
    return new Covered(
        bytes, covered, bytes == null ? apart(content) : reading.read(bytes, covered), found);
  }

  /** Where the value could not be covered in place, its texts are, and it is not kept. */
  private Content apart(Content content) {
    return content instanceof Content.Understood(SpecificRecord record)
        ? new Content.Understood(
            RecordTexts.map(record, text -> redaction.cover(text, new LinkedHashSet<>())))
        : content;
  }

  private Headers headers(Headers headers, Set<String> found) {
    Headers covered = null;
    for (Header header : headers) {
      byte[] value = header.value();
      if (value != null && !Arrays.equals(redaction.cover(value, new LinkedHashSet<>()), value)) {
        covered = new RecordHeaders();
        break;
      }
    }
    if (covered == null) {
      return headers;
    }
    for (Header header : headers) {
      byte[] value = header.value();
      covered.add(header.key(), value == null ? null : redaction.cover(value, found));
    }
    return covered;
  }

  /**
   * Covers texts where they stand in the Avro bytes: each after its length, which does not change.
   *
   * @return null if one of them is not to be found there
   */
  private byte @Nullable [] record(byte[] value, SpecificRecord record, Set<String> found) {
    Map<String, String> texts = new LinkedHashMap<>();
    RecordTexts.map(
        record,
        text -> {
          String clean = redaction.cover(text, found);
          if (!clean.equals(text)) {
            texts.put(text, clean);
          }
          return text;
        });
    byte[] covered = value.clone();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      if (!replace(covered, encoded(text.getKey()), encoded(text.getValue()))) {
        return null;
      }
    }
    return covered;
  }

  private static boolean replace(byte[] bytes, byte[] wanted, byte[] instead) {
    boolean replaced = false;
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        System.arraycopy(instead, 0, bytes, i, instead.length);
        replaced = true;
      }
    }
    return replaced;
  }

  /** As Avro writes a string: its length in bytes as a zigzag varint, then the bytes. */
  private static byte[] encoded(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(utf8.length + 5);
    long left = (long) utf8.length << 1;
    while (left > 0x7f) {
      bytes.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
    bytes.writeBytes(utf8);
    return bytes.toByteArray();
  }
}
