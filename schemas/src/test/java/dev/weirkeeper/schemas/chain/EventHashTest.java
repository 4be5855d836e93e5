package dev.weirkeeper.schemas.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.wire.BudgetLeft;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.Phase;
import dev.weirkeeper.wire.SessionEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;

final class EventHashTest {

  @Test
  void the_hash_is_sha_256_over_the_avro_bytes_with_an_empty_hash() throws Exception {
    SessionEvent event = event("anything").build();

    assertThat(EventHash.of(event)).isEqualTo(sha256(bytes(event("").build())));
  }

  @Test
  void what_stands_in_the_hash_field_makes_no_difference() {
    assertThat(EventHash.of(event("").build())).isEqualTo(EventHash.of(event("f00d").build()));
  }

  @Test
  void every_other_field_makes_a_difference() {
    String hash = EventHash.of(event("").build());

    assertThat(EventHash.of(event("").setPreviousHash("ab").build())).isNotEqualTo(hash);
    assertThat(EventHash.of(event("").setSequence(8).build())).isNotEqualTo(hash);
    assertThat(EventHash.of(event("").setReason("other").build())).isNotEqualTo(hash);
    assertThat(EventHash.of(event("").setEffects(List.of()).build())).isNotEqualTo(hash);
  }

  @Test
  void a_generic_reader_of_the_same_bytes_finds_the_same_hash() throws IOException {
    SessionEvent event = event("f00d").build();
    GenericRecord generic =
        new GenericDatumReader<GenericRecord>(SessionEvent.getClassSchema())
            .read(null, DecoderFactory.get().binaryDecoder(bytes(event), null));

    assertThat(EventHash.of(generic)).isEqualTo(EventHash.of(event));
  }

  @Test
  void a_record_that_is_no_event_is_refused_by_name() {
    EffectSummary effect = new EffectSummary("CallTool", "s/1/0", "");

    assertThatThrownBy(() -> EventHash.of(effect))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dev.weirkeeper.wire.EffectSummary");
  }

  @Test
  void the_bytes_alone_give_the_same_hash() throws IOException {
    SessionEvent event = event("").build();
    String hash = EventHash.of(event);
    byte[] written = bytes(event("").setHash(hash).build());
    byte[] framed = new byte[written.length + 5];
    System.arraycopy(written, 0, framed, 5, written.length);

    assertThat(EventHash.of(written, 0, hash)).contains(hash);
    assertThat(EventHash.of(framed, 5, hash)).contains(hash);
  }

  @Test
  void bytes_that_do_not_hold_the_hash_have_none() throws IOException {
    byte[] written = bytes(event("f00d").build());

    assertThat(EventHash.of(written, 0, "ab".repeat(32))).isEmpty();
    assertThat(EventHash.of(written, 0, "f00d")).isEmpty();
  }

  @Test
  void an_input_is_hashed_over_all_its_bytes() throws Exception {
    SessionEvent any = event("f00d").build();

    assertThat(InputHash.of(any)).isEqualTo(sha256(bytes(any)));
    assertThat(InputHash.of(bytes(any), 0)).isEqualTo(InputHash.of(any));
  }

  private static SessionEvent.Builder event(String hash) {
    return SessionEvent.newBuilder()
        .setSessionId("s")
        .setSequence(7)
        .setType("ToolCallCompleted")
        .setPhase(Phase.OBSERVE)
        .setState("AwaitingModel")
        .setEffects(List.of(new EffectSummary("CallModel", "s/2/m1", "all calls answered")))
        .setLedger(List.of())
        .setLeft(new BudgetLeft(1, 2L, 3L, null))
        .setAt(Instant.ofEpochMilli(1_700_000_000_000L))
        .setPreviousHash("cafe")
        .setHash(hash);
  }

  private static byte[] bytes(SessionEvent event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new SpecificDatumWriter<>(SessionEvent.class).write(event, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
