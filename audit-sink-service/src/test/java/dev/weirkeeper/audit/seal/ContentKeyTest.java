package dev.weirkeeper.audit.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ContentKeyTest {

  private final ContentKey key =
      new ContentKey(HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f".repeat(2)));

  @Test
  void what_was_sealed_is_opened_at_its_place_and_nowhere_else() {
    byte[] sealed = key.seal("task.text/s/t", "hello".getBytes(UTF_8));

    assertThat(key.open("task.text/s/t", sealed)).hasValue("hello".getBytes(UTF_8));
    assertThat(key.open("task.text/s/u", sealed)).isEmpty();
    assertThat(ContentKey.random().open("task.text/s/t", sealed)).isEmpty();
    assertThat(key.open("task.text/s/t", new byte[5])).isEmpty();
  }

  @Test
  void any_changed_bit_is_noticed() {
    byte[] sealed = key.seal("p", "some longer content".getBytes(UTF_8));

    for (int bit = 0; bit < sealed.length * 8; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(key.open("p", changed)).as("bit %d", bit).isEmpty();
    }
  }

  @Test
  void the_same_content_at_the_same_place_is_the_same_and_any_other_has_another_nonce() {
    byte[] once = key.seal("p", "content".getBytes(UTF_8));

    assertThat(key.seal("p", "content".getBytes(UTF_8))).isEqualTo(once);
    assertThat(nonce(key.seal("p", "content!".getBytes(UTF_8)))).isNotEqualTo(nonce(once));
    assertThat(nonce(key.seal("pc", "ontent".getBytes(UTF_8)))).isNotEqualTo(nonce(once));
  }

  @Test
  void the_form_of_what_is_sealed_never_changes() {
    assertThat(HexFormat.of().formatHex(key.seal("task.text/s/t", "hello".getBytes(UTF_8))))
        .isEqualTo(GOLDEN);
  }

  private static final String GOLDEN =
      "69fa247ea3fb334adcc6b78b75dd5e6f94ac5cfce245ed444a6f7dfd6f5a077a72";

  private static List<Byte> nonce(byte[] sealed) {
    return java.util.stream.IntStream.range(0, 12).mapToObj(i -> sealed[i]).toList();
  }

  @Test
  void a_key_of_another_length_is_refused() {
    assertThatThrownBy(() -> new ContentKey(new byte[16])).hasMessageContaining("32 bytes");
  }

  @Test
  void JSON_is_sealed_alike_in_whatever_order_its_members_come() {
    Seal seal = Seal.under(key);

    assertThat(seal.jsonOrNull("p", utf8("{\"b\": 1, \"a\": [\"x\"]}")))
        .isEqualTo(seal.jsonOrNull("p", utf8("{\"a\":[\"x\"],\"b\":1}")));
  }

  private static ByteBuffer utf8(String json) {
    return ByteBuffer.wrap(json.getBytes(UTF_8));
  }
}
