package dev.weirkeeper.schemas.trust;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.wire.SessionEvent;
import java.net.URL;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WireClassesTest {

  @BeforeEach
  void trust_ours() {
    WireClasses.trust();
  }

  @Test
  void records_of_ours_may_be_loaded() {
    assertThatCode(() -> ClassSecurityValidator.validate(SessionEvent.class))
        .doesNotThrowAnyException();
  }

  @Test
  void what_avro_trusts_by_itself_stays_trusted() {
    assertThatCode(() -> ClassSecurityValidator.validate(String.class)).doesNotThrowAnyException();
  }

  @Test
  void anything_else_is_refused() {
    assertThatThrownBy(() -> ClassSecurityValidator.validate(URL.class))
        .isInstanceOf(SecurityException.class);
  }
}
