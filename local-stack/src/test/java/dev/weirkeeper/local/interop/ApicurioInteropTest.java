package dev.weirkeeper.local.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import dev.weirkeeper.schemas.serde.SchemaRefusedException;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class ApicurioInteropTest {

  private final ApicurioServer server = start();

  private static ApicurioServer start() {
    Path home = Interop.directory().resolve("apicurio");
    assumeTrue(Files.exists(home), "built with -DskipApicurio");
    try {
      return ApicurioServer.start(home);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  void stop() throws InterruptedException {
    server.stop();
  }

  @Test
  void ten_thousand_random_records_of_every_type_go_both_ways() throws Exception {
    Interop.exchange(server.url(), "interop.", Interop.RECORDS, 33);
  }

  @Test
  void it_keeps_our_rule_and_names_what_breaks_it() {
    SchemaRegistry registry = SchemaRegistry.connect(Map.of("schema.registry.url", server.url()));
    Schema first = SchemaBuilder.record("Ruled").fields().requiredString("a").endRecord();
    Schema breaking =
        SchemaBuilder.record("Ruled").fields().requiredString("a").requiredInt("b").endRecord();
    Schema fitting =
        SchemaBuilder.record("Ruled").fields().requiredString("a").optionalInt("b").endRecord();

    int id = registry.register("ruled-value", first);
    registry.requireCompatibility("ruled-value", CompatibilityLevel.BACKWARD_TRANSITIVE);

    assertThat(registry.byId(id)).contains(first);
    assertThat(registry.idOf("ruled-value", first)).contains(id);
    assertThat(registry.idOf("ruled-value", breaking)).isEmpty();
    assertThat(registry.byId(123_456)).isEmpty();
    assertThat(registry.latest("nobody-value")).isEmpty();
    assertThat(registry.objections("ruled-value", fitting)).isEmpty();
    assertThat(registry.objections("ruled-value", breaking)).isNotEmpty();
    assertThatThrownBy(() -> registry.register("ruled-value", breaking))
        .isInstanceOf(SchemaRefusedException.class)
        .hasMessageContaining("ruled-value");
  }
}
