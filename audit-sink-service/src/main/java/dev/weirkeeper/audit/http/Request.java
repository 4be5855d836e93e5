package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.query.BadQuestionException;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** A request whose maker is known, read with checks. */
final class Request {

  private static final int LONGEST_PARAMETER = 1_024;
  private static final int LONGEST_CURSOR = 4_096;

  private final Context context;
  private final Token token;

  Request(Context context, Token token) {
    this.context = context;
    this.token = token;
  }

  Context context() {
    return context;
  }

  Token token() {
    return token;
  }

  Tenants tenants() {
    return token.tenants();
  }

  /** A part of the path. */
  String path(String name) {
    String value = context.pathParam(name);
    if (value.indexOf('\0') >= 0 || value.length() > LONGEST_PARAMETER) {
      throw Problem.badRequest(
          "%s must have 1 to %d characters and no NUL".formatted(name, LONGEST_PARAMETER));
    }
    return value;
  }

  /** Refuses parameters nobody knows: a misspelt filter would otherwise answer another question. */
  void only(String... names) {
    Set<String> known = Set.of(names);
    for (String given : context.queryParamMap().keySet()) {
      if (!known.contains(given)) {
        throw new BadQuestionException(
            given,
            "is no parameter of this path: there are " + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  Optional<String> text(String name) {
    return text(name, LONGEST_PARAMETER);
  }

  private Optional<String> text(String name, int longest) {
    List<String> values = context.queryParams(name);
    if (values.size() > 1) {
      throw new BadQuestionException(name, "is given %d times: once".formatted(values.size()));
    }
    String value = values.isEmpty() ? "" : values.getFirst();
    if (value.length() > longest || value.indexOf('\0') >= 0) {
      throw new BadQuestionException(
          name, "must have at most %d characters and no NUL".formatted(longest));
    }
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  Optional<String> word(String name, Collection<String> allowed) {
    Optional<String> word = text(name);
    if (word.isPresent() && !allowed.contains(word.get())) {
      throw new BadQuestionException(
          name, "is '%s': it can be %s".formatted(word.get(), words(allowed)));
    }
    return word;
  }

  private static String words(Collection<String> allowed) {
    return String.join(", ", new TreeSet<>(allowed));
  }

  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
    List<String> words =
        Arrays.stream(type.getEnumConstants())
            .map(one -> one.name().toLowerCase(Locale.ROOT))
            .toList();
    return word(name, words).map(word -> Enum.valueOf(type, word.toUpperCase(Locale.ROOT)));
  }

  List<String> list(String name) {
    return text(name)
        .map(text -> Arrays.stream(text.split(",", -1)).map(String::strip).toList())
        .orElse(List.of());
  }

  Optional<Long> number(String name, long least, long most) {
    return text(name).map(text -> number(name, text, least, most));
  }

  private static long number(String name, String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new BadQuestionException(
        name, "is '%s': a whole number from %d to %d is expected".formatted(text, least, most));
  }

  int limit(int most, int otherwise) {
    return number("limit", 1, most).map(Math::toIntExact).orElse(otherwise);
  }

  @Nullable String cursor() {
    return text("cursor", LONGEST_CURSOR).orElse(null);
  }

  /** A moment, or a day, which stands for its first moment in UTC. */
  Optional<Instant> time(String name) {
    return text(name)
        .map(
            text -> {
              try {
                return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
              } catch (DateTimeParseException e) {
                throw new BadQuestionException(
                    name,
                    "is '%s': a time such as 2026-11-25T08:00:00Z or a day such as 2026-11-25 is expected"
                        .formatted(text),
                    e);
              }
            });
  }

  /** The body. */
  <T> T body(Class<T> type) {
    String contentType = context.contentType();
    if (contentType == null
        || !contentType
            .toLowerCase(Locale.ROOT)
            .split(";", 2)[0]
            .strip()
            .equals("application/json")) {
      throw new Problem(
          Problem.Kind.UNSUPPORTED,
          "the content type is '%s': send JSON with Content-Type: application/json"
              .formatted(contentType == null ? "" : contentType));
    }
    try {
      T body = Json.MAPPER.readValue(context.bodyAsBytes(), type);
      if (body == null) {
        throw Problem.badRequest("the body is null: send a JSON object");
      }
      return body;
    } catch (JacksonException e) {
      throw Problem.badRequest(
          "the body can't be read: " + e.getOriginalMessage().split("\n", 2)[0]);
    }
  }
}
