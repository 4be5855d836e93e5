package dev.weirkeeper.planner.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderSettingsTest {

  private static ProviderSettings read(Map<String, String> environment) {
    return ProviderSettings.from(
        Settings.read(ProviderSettings.CATALOGUE, Given.from(Optional.empty(), environment)));
  }

  private static ModelChoice at(String baseUrl) {
    return new ModelChoice(Provider.ANTHROPIC_MESSAGES, "m", baseUrl);
  }

  @Test
  void have_a_default_each() {
    ProviderSettings settings = read(Map.of());

    assertThat(settings.anthropic().baseUrl()).hasToString("https://api.anthropic.com");
    assertThat(settings.openAi().baseUrl()).hasToString("https://api.openai.com/v1");
    assertThat(settings.anthropic().key()).isEmpty();
    assertThat(settings.maxRequests()).isEqualTo(5);
  }

  @Test
  void take_keys_and_addresses_from_the_names_that_everybody_uses() {
    ProviderSettings settings =
        read(
            Map.of(
                "ANTHROPIC_API_KEY", "sk-ant-1",
                "ANTHROPIC_BASE_URL", "http://127.0.0.1:8080",
                "OPENAI_API_KEY", "sk-2",
                "OPENAI_BASE_URL", "https://gateway.example/v1"));

    assertThat(settings.anthropic().key()).contains(Secret.of("sk-ant-1"));
    assertThat(settings.anthropic().baseUrl()).hasToString("http://127.0.0.1:8080");
    assertThat(settings.openAi().key()).contains(Secret.of("sk-2"));
    assertThat(settings.openAi().baseUrl()).hasToString("https://gateway.example/v1");
    assertThat(settings.toString()).doesNotContain("sk-");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk with space", "sk-\u00e9", "sk-1\u0007"})
  void refuse_a_key_that_no_header_can_carry_without_showing_it(String key) {
    assertThatThrownBy(() -> read(Map.of("ANTHROPIC_API_KEY", key)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("provider.anthropic.api-key")
        .hasMessageNotContaining("sk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://example.com", "example.com", "http:///v1"})
  void refuse_an_address_that_is_not_of_http(String address) {
    assertThatThrownBy(() -> read(Map.of("OPENAI_BASE_URL", address)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("provider.openai.base-url");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://API.anthropic.com", "https://api.anthropic.com:443/other/path"})
  void give_the_key_to_an_agents_own_address_on_the_same_host(String address) {
    ProviderSettings settings = read(Map.of("ANTHROPIC_API_KEY", "sk-1"));

    assertThat(settings.endpoint(at(address)).key()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://api.anthropic.com",
        "https://api.anthropic.com:8443",
        "https://api.anthropic.com.evil.example",
        "https://evil.example/api.anthropic.com",
        "https://api.anthropic.com@evil.example"
      })
  void keep_the_key_from_every_other_address(String address) {
    ProviderSettings settings = read(Map.of("ANTHROPIC_API_KEY", "sk-1"));

    assertThat(settings.endpoint(at(address)).key()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "no address", "http://", "//host"})
  void refuse_an_agents_own_address_that_is_not_of_http(String address) {
    ProviderSettings settings = read(Map.of());

    assertThatThrownBy(() -> settings.endpoint(at(address)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
