package dev.weirkeeper.audit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.access.TokenFile;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleConfigTest {

  private static final Token TOKEN =
      Token.issue("maria", Set.of(Role.VIEWER), Tenants.ALL, Optional.empty()).token();

  @TempDir Path folder;

  private static ConsoleConfig read(Map<String, String> keys) {
    return ConsoleConfig.from(Settings.read(ConsoleConfig.CATALOGUE, Given.of(keys)));
  }

  @Test
  void it_binds_to_loopback_unless_told_otherwise_and_needs_no_token_for_that() {
    assertThat(read(Map.of()).host()).isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.7", "audit.example.com", "127.0.0.1.evil.org"})
  void an_address_that_others_reach_is_refused_without_a_token(String host) {
    assertThatThrownBy(() -> read(Map.of("console.host", host)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("console.host: '" + host + "' without a token")
        .hasMessageContaining("weir tokens create");
    assertThatCode(() -> read(Map.of("console.host", host, "console.tokens", TOKEN.line())))
        .doesNotThrowAnyException();
  }

  @Test
  void a_token_file_without_a_token_lets_nobody_in() throws IOException {
    Path file = folder.resolve("tokens");
    Map<String, String> keys =
        new HashMap<>(Map.of("console.host", "0.0.0.0", "console.tokens-file", file.toString()));

    assertThatThrownBy(() -> read(keys)).hasMessageContaining("without a token");
    new TokenFile(file).add(TOKEN);
    assertThatCode(() -> read(keys)).doesNotThrowAnyException();
  }

  @Test
  void a_key_that_is_none_is_refused_without_showing_it() {
    assertThatThrownBy(() -> read(Map.of("console.signing-key", "bm8ga2V5")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("console.signing-key: *** given")
        .hasMessageNotContaining("bm8ga2V5");
  }
}
