package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.ModelErrorKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderErrorsTest {

  private static String anthropic(String type, String message) {
    return "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},\"request_id\":\"r\"}"
        .formatted(type, message);
  }

  private static String openAi(String type, String code, String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}"
        .formatted(message, type, code);
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error, messages: bad,                     INVALID_REQUEST,   GIVE_UP",
    "400, invalid_request_error, You have reached your spend limit, QUOTA_EXHAUSTED,   GIVE_UP",
    "400, invalid_request_error, Your credit balance is too low,    QUOTA_EXHAUSTED,   GIVE_UP",
    "400, invalid_request_error, prompt is too long: 9 > 8,         REQUEST_TOO_LARGE, GIVE_UP",
    "401, authentication_error,  invalid x-api-key,                 AUTHENTICATION,    GIVE_UP",
    "402, billing_error,         pay,                               QUOTA_EXHAUSTED,   GIVE_UP",
    "403, permission_error,      no,                                AUTHENTICATION,    GIVE_UP",
    "404, not_found_error,       model: x,                          NOT_FOUND,         GIVE_UP",
    "409, conflict_error,        again,                             SERVER,            SEND_AGAIN",
    "413, request_too_large,     32 MB,                             REQUEST_TOO_LARGE, GIVE_UP",
    "429, rate_limit_error,      slow down,                         THROTTLED,         SEND_AGAIN",
    "500, api_error,             oops,                              SERVER,            SEND_AGAIN",
    "504, timeout_error,         late,                              SERVER,            SEND_AGAIN",
    "529, overloaded_error,      Overloaded,                        OVERLOADED,        SEND_AGAIN",
  })
  void of_anthropic_have_a_meaning_each(
      int status, String type, String message, ModelErrorKind kind, Remedy remedy) {
    Failure failure = ProviderErrors.of(status, Optional.empty(), anthropic(type, message));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.remedy()).isEqualTo(remedy);
    assertThat(failure.message()).contains("HTTP " + status, type, message);
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error, context_length_exceeded, too long,   REQUEST_TOO_LARGE, GIVE_UP",
    "400, invalid_request_error, invalid_value,           bad,        INVALID_REQUEST,   GIVE_UP",
    "401, invalid_request_error, invalid_api_key,         bad key,    AUTHENTICATION,    GIVE_UP",
    "403, request_forbidden,     unsupported_country,     no,         AUTHENTICATION,    GIVE_UP",
    "404, invalid_request_error, model_not_found,         no model,   NOT_FOUND,         GIVE_UP",
    "408, server_error,          timeout,                 late,       SERVER,            SEND_AGAIN",
    "422, invalid_request_error, x,                       bad,        INVALID_REQUEST,   GIVE_UP",
    "429, requests,              rate_limit_exceeded,     slow down,  THROTTLED,         SEND_AGAIN",
    "429, insufficient_quota,    insufficient_quota,      pay,        QUOTA_EXHAUSTED,   GIVE_UP",
    "429, billing,               billing_hard_limit_reached, limit,   QUOTA_EXHAUSTED,   GIVE_UP",
    "500, server_error,          x,                       oops,       SERVER,            SEND_AGAIN",
    "503, server_error,          slow_down,               overloaded, OVERLOADED,        SEND_AGAIN",
  })
  void of_openai_have_a_meaning_each(
      int status, String type, String code, String message, ModelErrorKind kind, Remedy remedy) {
    Failure failure = ProviderErrors.of(status, Optional.empty(), openAi(type, code, message));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.remedy()).isEqualTo(remedy);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 408, 409, 418, 429, 500, 502, 503, 504, 529, 599})
  void the_header_x_should_retry_overrules_the_status(int status) {
    assertThat(ProviderErrors.of(status, Optional.of("true"), "").remedy())
        .isEqualTo(Remedy.SEND_AGAIN);
    assertThat(ProviderErrors.of(status, Optional.of("false"), "").remedy())
        .isEqualTo(Remedy.GIVE_UP);
  }

  @Test
  void an_exhausted_quota_is_final_whatever_the_header_says() {
    Failure failure =
        ProviderErrors.of(
            429,
            Optional.of("true"),
            openAi("insufficient_quota", "insufficient_quota", "You exceeded your current quota"));

    assertThat(failure.remedy()).isEqualTo(Remedy.GIVE_UP);
  }

  @Test
  void a_throttle_that_speaks_of_usage_limits_is_still_a_throttle() {
    Failure failure =
        ProviderErrors.of(
            429,
            Optional.empty(),
            anthropic("rate_limit_error", "This would exceed your usage limit per minute"));

    assertThat(failure.kind()).isEqualTo(ModelErrorKind.THROTTLED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html><body>Bad gateway</body></html>",
        "{",
        "[]",
        "null",
        "{\"error\":\"text only\"}",
        "{\"detail\":[{\"msg\":\"x\"}]}",
        "{\"error\":{\"message\":{\"nested\":1},\"type\":3,\"code\":null}}"
      })
  void bodies_of_any_kind_are_taken(String body) {
    Failure failure = ProviderErrors.of(502, Optional.empty(), body);

    assertThat(failure.kind()).isEqualTo(ModelErrorKind.SERVER);
    assertThat(failure.message()).startsWith("HTTP 502");
  }

  @Test
  void long_words_are_cut() {
    assertThat(ProviderErrors.of(500, Optional.empty(), "x".repeat(100_000)).message())
        .hasSizeLessThan(500);
  }
}
