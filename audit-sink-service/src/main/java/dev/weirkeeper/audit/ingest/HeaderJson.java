package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.store.JsonBytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record's headers as a JSON array in their order: {@code {"name", "text"}}, or {@code
 * {"name","base64"}} for what is no plain text, or {@code {"name"}} for a header without a value.
 */
final class HeaderJson {

  private HeaderJson() {}

  /** True if there is anything to write. */
  static boolean any(Headers headers) {
    return headers.iterator().hasNext();
  }

  static void write(Headers headers, JsonBytes json) {
    json.put('[');
    for (Header header : headers) {
      json.next().put('{').name("name").string(header.key());
      byte[] value = header.value();
      if (value != null) {
        String text = text(value);
        if (text == null) {
          json.name("base64").string(Base64.getEncoder().encodeToString(value));
        } else {
          json.name("text").string(text);
        }
      }
      json.put('}');
    }
    json.put(']');
  }

  private static @Nullable String text(byte[] value) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      return text.indexOf('\0') < 0 ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
