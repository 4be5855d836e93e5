package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.ModelErrorKind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What an error of a provider means, and what may be done about it.
 *
 * <p>An answer with an error status was not charged, so throttling and trouble on the provider's
 * side (408, 409, 429, 5xx) may be sent again; {@code x-should-retry} overrules the status. An
 * exhausted quota is final, because waiting does not fill it: 402, the codes OpenAI names for it,
 * and Anthropic's 400 and 403 that speak of a spend limit or a credit balance. An error within a
 * reply that had begun may have been charged, so it is never sent again under the same reservation.
 */
public final class ProviderErrors {

  private static final int OK = 200;
  private static final int LONGEST_MESSAGE = 400;

  private static final Map<String, Integer> STATUS_OF_TYPE =
      Map.ofEntries(
          Map.entry("invalid_request_error", 400),
          Map.entry("authentication_error", 401),
          Map.entry("billing_error", 402),
          Map.entry("permission_error", 403),
          Map.entry("not_found_error", 404),
          Map.entry("conflict_error", 409),
          Map.entry("request_too_large", 413),
          Map.entry("rate_limit_error", 429),
          Map.entry("rate_limit_exceeded", 429),
          Map.entry("insufficient_quota", 429),
          Map.entry("api_error", 500),
          Map.entry("server_error", 500),
          Map.entry("timeout_error", 504),
          Map.entry("overloaded_error", 529));

  private static final Set<String> QUOTA =
      Set.of(
          "insufficient_quota",
          "billing_hard_limit_reached",
          "billing_not_active",
          "billing_error",
          "access_terminated");
  private static final Set<String> TOO_LONG =
      Set.of("context_length_exceeded", "string_above_max_length", "request_too_large");
  private static final Pattern SPEND_LIMIT =
      Pattern.compile(
          "(spend(ing)?|usage|budget) limits?\\b|credit balance|billing", Pattern.CASE_INSENSITIVE);
  private static final Pattern PROMPT_TOO_LONG =
      Pattern.compile(
          "prompt is too long|exceed.{0,40}context|context (window|length)",
          Pattern.CASE_INSENSITIVE);

  private ProviderErrors() {}

  /**
   * The meaning of an answer with a status other than 200.
   *
   * @param shouldRetry value of the header {@code x-should-retry}
   * @param body the answer's body, or the start of it
   */
  public static Failure of(int status, Optional<String> shouldRetry, String body) {
    Optional<JsonNode> error = WireJson.parse(body).map(ProviderErrors::errorIn);
    String type = error.map(node -> WireJson.string(node, "type")).orElse("");
    String code = error.map(node -> WireJson.string(node, "code")).orElse("");
    String words =
        error
            .map(node -> node.isString() ? node.stringValue() : WireJson.string(node, "message"))
            .filter(message -> !message.isBlank())
            .orElse(body);
    Failure failure =
        of(status, type, code, words).saying(sentence("HTTP " + status, type, code, words));
    if (failure.kind() == ModelErrorKind.QUOTA_EXHAUSTED) {
      return failure;
    }
    return switch (shouldRetry.orElse("").toLowerCase(Locale.ROOT)) {
      case "true" -> failure.with(Remedy.SEND_AGAIN);
      case "false" -> failure.with(Remedy.GIVE_UP);
      default -> failure;
    };
  }

  /**
   * The meaning of an error object inside a reply whose status was 200.
   *
   * @param begun whether some of the reply had come, so that it may have been charged
   */
  static Failure inReply(JsonNode error, boolean begun) {
    String type = WireJson.string(error, "type");
    String code = WireJson.string(error, "code");
    String words = WireJson.string(error, "message");
    int number = error.path("code").asInt(OK);
    int status =
        number >= 400 && number < 600
            ? number
            : STATUS_OF_TYPE.getOrDefault(code, STATUS_OF_TYPE.getOrDefault(type, 500));
    Failure failure =
        of(status, type, code, words).saying(sentence("an error in the reply", type, code, words));
    return begun && failure.remedy() == Remedy.SEND_AGAIN
        ? failure.with(Remedy.ASK_AGAIN)
        : failure;
  }

  private static JsonNode errorIn(JsonNode body) {
    for (String field : new String[] {"error", "detail", "message"}) {
      if (body.has(field)) {
        return body.get(field);
      }
    }
    return body;
  }

  private static Failure of(int status, String type, String code, String words) {
    if (QUOTA.contains(code)
        || QUOTA.contains(type)
        || status == 402
        || ((status == 400 || status == 403) && SPEND_LIMIT.matcher(words).find())) {
      return new Failure(ModelErrorKind.QUOTA_EXHAUSTED, words, Remedy.GIVE_UP);
    }
    if (status == 413
        || TOO_LONG.contains(code)
        || (status == 400 && PROMPT_TOO_LONG.matcher(words).find())) {
      return new Failure(ModelErrorKind.REQUEST_TOO_LARGE, words, Remedy.GIVE_UP);
    }
    return switch (status) {
      case 401, 403 -> new Failure(ModelErrorKind.AUTHENTICATION, words, Remedy.GIVE_UP);
      case 404 -> new Failure(ModelErrorKind.NOT_FOUND, words, Remedy.GIVE_UP);
      case 408, 409 -> new Failure(ModelErrorKind.SERVER, words, Remedy.SEND_AGAIN);
      case 429 -> new Failure(ModelErrorKind.THROTTLED, words, Remedy.SEND_AGAIN);
      case 503, 529 -> new Failure(ModelErrorKind.OVERLOADED, words, Remedy.SEND_AGAIN);
      default ->
          status >= 500
              ? new Failure(ModelErrorKind.SERVER, words, Remedy.SEND_AGAIN)
              : new Failure(ModelErrorKind.INVALID_REQUEST, words, Remedy.GIVE_UP);
    };
  }

  private static String sentence(String what, String type, String code, String words) {
    String name = type.isEmpty() || type.equals(code) ? code : type;
    String both = name.equals(code) || code.isEmpty() ? name : name + " " + code;
    String plain = words.strip().replaceAll("\\s+", " ");
    String cut =
        plain.length() > LONGEST_MESSAGE ? plain.substring(0, LONGEST_MESSAGE) + "…" : plain;
    return what + (both.isEmpty() ? "" : " " + both) + (cut.isEmpty() ? "" : ": " + cut);
  }
}
