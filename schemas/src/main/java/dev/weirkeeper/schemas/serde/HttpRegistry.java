package dev.weirkeeper.schemas.serde;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A registry behind the Schema Registry REST protocol. Remembers what never changes for as long as
 * the process lives, and an unknown id for a few seconds, so that a flood of bad records is not a
 * flood of requests.
 */
final class HttpRegistry implements SchemaRegistry {

  private static final MediaType JSON_V1 = MediaType.get("application/vnd.schemaregistry.v1+json");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);
  private static final int MAX_UNKNOWN = 10_000;
  private static final int MAX_REFERENCES = 200;
  private static final long MAX_ANSWER_BYTES = 8L * 1024 * 1024;
  private static final long FIRST_WAIT_MS = 100;
  private static final long LONGEST_WAIT_MS = 2_000;

  private final SerdeSettings.Registry.Http settings;
  private final OkHttpClient http;
  private final ConcurrentMap<Object, Known> schemas = new ConcurrentHashMap<>();
  private final ConcurrentMap<Object, Long> unknownUntil = new ConcurrentHashMap<>();
  private final ConcurrentMap<SubjectSchema, Integer> ids = new ConcurrentHashMap<>();

  /** The URL that answered last, by its place in the list. */
  private volatile int current;

  /** A schema under a subject. Schemas are compared as Avro does, descriptions aside. */
  private record SubjectSchema(String subject, Schema schema) {}

  /** What an id stands for. That never changes, so it is remembered for good. */
  private sealed interface Known {

    /**
     * @throws UnreadableRecordException if no record can be read by it
     */
    Schema usable();

    record Usable(Schema usable) implements Known {}

    record Unusable(String why) implements Known {
      @Override
      public Schema usable() {
        throw new UnreadableRecordException(UnreadableRecordException.Reason.UNKNOWN_SCHEMA, why);
      }
    }
  }

  HttpRegistry(SerdeSettings.Registry.Http settings) {
    this.settings = settings;
    OkHttpClient.Builder client =
        new OkHttpClient.Builder()
            .connectTimeout(Duration.ofMillis(settings.connectTimeoutMs()))
            .readTimeout(Duration.ofMillis(settings.readTimeoutMs()))
            .callTimeout(
                Duration.ofMillis((long) settings.connectTimeoutMs() + settings.readTimeoutMs()));
    settings.tls().ifPresent(tls -> tls.applyTo(client));
    this.http = client.build();
  }

  @Override
  public int register(String subject, Schema schema) {
    return remembered(
        subject,
        schema,
        () -> {
          Answer answer = post(body(schema), "subjects", subject, "versions");
          return switch (answer) {
            case Answer.Found(JsonNode json) -> number(json, "id");
            case Answer.Refused refused when refused.isNotTheProtocol() ->
                throw unavailable(refused);
            case Answer.Refused refused ->
                throw new SchemaRefusedException(
                    "schema registry %s does not take the schema of %s as a new version of subject %s: %s"
                        .formatted(settings, schema.getFullName(), subject, refused.message()));
          };
        });
  }

  @Override
  public Optional<Integer> idOf(String subject, Schema schema) {
    Integer known = ids.get(new SubjectSchema(subject, schema));
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Integer> id =
        found(post(body(schema), "subjects", subject)).map(json -> number(json, "id"));
    id.ifPresent(i -> ids.put(new SubjectSchema(subject, schema), i));
    return id;
  }

  @Override
  public Optional<Schema> byId(int id) {
    return schema(id, () -> get("schemas", "ids", Integer.toString(id)));
  }

  @Override
  public Optional<Schema> byGuid(UUID guid) {
    return schema(guid, () -> get("schemas", "guids", guid.toString()));
  }

  @Override
  public Optional<Version> latest(String subject) {
    return found(get("subjects", subject, "versions", "latest"))
        .map(
            json ->
                new Version(
                    subject,
                    number(json, "version"),
                    number(json, "id"),
                    parse("the newest version of subject " + subject, json).usable()));
  }

  @Override
  public List<String> objections(String subject, Schema schema) {
    Answer answer =
        send(
            base ->
                new Request.Builder()
                    .url(
                        url(base, "compatibility", "subjects", subject, "versions")
                            .addQueryParameter("verbose", "true")
                            .build())
                    .post(RequestBody.create(body(schema), JSON_V1)));
    return switch (answer) {
      case Answer.Refused refused when refused.isAbsence() -> List.of();
      case Answer.Refused refused when refused.isNotTheProtocol() -> throw unavailable(refused);
      case Answer.Refused refused -> List.of(refused.message());
      case Answer.Found(JsonNode json) -> {
        if (json.path("is_compatible").asBoolean(false)) {
          yield List.of();
        }
        List<String> messages = new ArrayList<>();
        json.path("messages").forEach(message -> messages.add(message.asString("")));
        yield messages.isEmpty() ? List.of("incompatible; the registry gives no reason") : messages;
      }
    };
  }

  @Override
  public void requireCompatibility(String subject, CompatibilityLevel level) {
    String json = JSON.createObjectNode().put("compatibility", level.name()).toString();
    Answer answer =
        send(
            base ->
                new Request.Builder()
                    .url(url(base, "config", subject).build())
                    .put(RequestBody.create(json, JSON_V1)));
    if (answer instanceof Answer.Refused refused) {
      throw new SchemaRefusedException(
          "schema registry %s does not set compatibility %s for subject %s: %s"
              .formatted(settings, level, subject, refused.message()));
    }
  }

  private int remembered(String subject, Schema schema, Supplier<Integer> ask) {
    SubjectSchema key = new SubjectSchema(subject, schema);
    Integer known = ids.get(key);
    if (known == null) {
      known = ask.get();
      ids.put(key, known);
    }
    return known;
  }

  private Optional<Schema> schema(Object id, Supplier<Answer> ask) {
    Known known = schemas.get(id);
    if (known == null) {
      Long until = unknownUntil.get(id);
      if (until != null && until - System.nanoTime() > 0) {
        return Optional.empty();
      }
      Optional<JsonNode> answer = found(ask.get());
      if (answer.isEmpty()) {
        if (unknownUntil.size() >= MAX_UNKNOWN) {
          unknownUntil.clear();
        }
        unknownUntil.put(id, System.nanoTime() + UNKNOWN_FOR.toNanos());
        return Optional.empty();
      }
      known = parse("schema " + id, answer.get());
      Known earlier = schemas.putIfAbsent(id, known);
      known = earlier == null ? known : earlier;
    }
    return Optional.of(known.usable());
  }

  /** The Avro schema in an answer of the registry, with the schemas it refers to. */
  private Known parse(String what, JsonNode json) {
    if (!json.path("schema").isString()) {
      throw lacking("schema");
    }
    String type = json.path("schemaType").asString("AVRO");
    if (!type.equals("AVRO")) {
      return new Known.Unusable(
          "%s in schema registry %s is a %s schema; only Avro is read"
              .formatted(what, settings, type));
    }
    try {
      Schema.Parser parser = new Schema.Parser();
      parser.setValidateDefaults(false);
      addReferences(parser, json, new HashSet<>());
      return new Known.Usable(parser.parse(json.path("schema").asString()));
    } catch (SchemaParseException | IllegalArgumentException e) {
      return new Known.Unusable(
          "%s in schema registry %s is not valid Avro: %s"
              .formatted(what, settings, e.getMessage()));
    }
  }

  private void addReferences(Schema.Parser parser, JsonNode json, Set<String> seen) {
    for (JsonNode reference : json.path("references")) {
      String subject = reference.path("subject").asString();
      String version = reference.path("version").asString();
      if (!seen.add(subject + "/" + version)) {
        continue;
      }
      if (seen.size() > MAX_REFERENCES) {
        throw new SchemaParseException("more than " + MAX_REFERENCES + " referenced schemas");
      }
      JsonNode referenced =
          found(get("subjects", subject, "versions", version))
              .orElseThrow(
                  () ->
                      new SchemaParseException(
                          "referenced version " + version + " of subject " + subject + " is gone"));
      addReferences(parser, referenced, seen);
      parser.parse(referenced.path("schema").asString());
    }
  }

  private static String body(Schema schema) {
    ObjectNode json = JSON.createObjectNode();
    json.put("schema", PortableSchema.of(schema).toString());
    return json.toString();
  }

  private Answer get(String... path) {
    return send(base -> new Request.Builder().url(url(base, path).build()));
  }

  private Answer post(String body, String... path) {
    return send(
        base ->
            new Request.Builder()
                .url(url(base, path).build())
                .post(RequestBody.create(body, JSON_V1)));
  }

  private static HttpUrl.Builder url(HttpUrl base, String... path) {
    HttpUrl.Builder url = base.newBuilder();
    for (String segment : path) {
      url.addPathSegment(segment);
    }
    return url;
  }

  /** What the registry says to a question it understood. */
  private sealed interface Answer {

    record Found(JsonNode json) implements Answer {}

    record Refused(int status, int code, String message) implements Answer {

      /** No such subject, version or schema. */
      boolean isAbsence() {
        return code == 40401 || code == 40402 || code == 40403;
      }

      /** A server that has no such path at all: the URL leads somewhere else. */
      boolean isNotTheProtocol() {
        return (status == 404 || status == 405) && code < 1000;
      }
    }
  }

  private Optional<JsonNode> found(Answer answer) {
    return switch (answer) {
      case Answer.Found(JsonNode json) -> Optional.of(json);
      case Answer.Refused refused when refused.isAbsence() -> Optional.empty();
      case Answer.Refused refused -> throw unavailable(refused);
    };
  }

  private int number(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isInt()) {
      throw lacking(field);
    }
    return value.asInt();
  }

  /** A server that answers something else to our question is not a registry. */
  private RegistryUnavailableException lacking(String field) {
    return new RegistryUnavailableException(
        "schema registry %s answers without `%s`: it is none; check %s"
            .formatted(settings, field, SerdeSettings.URL),
        null);
  }

  private RegistryUnavailableException unavailable(Answer.Refused refused) {
    return new RegistryUnavailableException(
        "schema registry %s answers with status %d: %s; check %s"
            .formatted(settings, refused.status(), refused.message(), SerdeSettings.URL),
        null);
  }

  /** Asks one URL after the other, in a few rounds with a growing wait between them. */
  private Answer send(Function<HttpUrl, Request.Builder> request) {
    List<HttpUrl> urls = settings.urls();
    String problem = "";
    IOException last = null;
    for (int i = 0; i < urls.size() * (settings.retries() + 1); i++) {
      if (i > 0 && i % urls.size() == 0) {
        pause(i / urls.size());
      }
      int asked = current;
      HttpUrl base = urls.get(asked);
      try (Response response = http.newCall(authorized(request.apply(base))).execute()) {
        Optional<Answer> answer = read(base, response);
        if (answer.isPresent()) {
          return answer.get();
        }
        problem = base + " answers with status " + response.code();
        last = null;
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw new RegistryUnavailableException(
              "interrupted while asking schema registry " + base, e);
        }
        problem = base + " can't be reached: " + e.getMessage();
        last = e;
      }
      current = (asked + 1) % urls.size();
    }
    throw new RegistryUnavailableException(
        "schema registry at %s; check %s".formatted(problem, SerdeSettings.URL), last);
  }

  private Request authorized(Request.Builder request) {
    settings.authorization().ifPresent(value -> request.header("Authorization", value));
    return request.header("Accept", JSON_V1 + ", application/json").build();
  }

  /** Empty if another server or another try may do better. */
  private static Optional<Answer> read(HttpUrl base, Response response) throws IOException {
    int status = response.code();
    if (status == 401 || status == 403) {
      throw new RegistryUnavailableException(
          "schema registry at %s refuses the credentials (%d); check %s or %s"
              .formatted(base, status, SerdeSettings.BASIC_USER_INFO, SerdeSettings.BEARER_TOKEN),
          null);
    }
    if (status >= 500 || status == 429 || status == 408) {
      return Optional.empty();
    }
    JsonNode json = json(response);
    if (response.isSuccessful()) {
      return json == null ? Optional.empty() : Optional.of(new Answer.Found(json));
    }
    return Optional.of(
        new Answer.Refused(
            status,
            json == null ? status : json.path("error_code").asInt(status),
            json == null ? response.message() : json.path("message").asString("")));
  }

  private static @Nullable JsonNode json(Response response) throws IOException {
    byte[] bytes = response.peekBody(MAX_ANSWER_BYTES).bytes();
    try {
      JsonNode json = JSON.readTree(bytes);
      return json.isMissingNode() ? null : json;
    } catch (JacksonException e) {
      return null;
    }
  }

  private static void pause(int round) {
    long longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS << Math.min(round - 1, 10));
    long millis = ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
