package dev.weirkeeper.local.registry;

import dev.weirkeeper.local.registry.Change.Content;
import dev.weirkeeper.local.registry.Change.Mode;
import dev.weirkeeper.local.registry.Change.Version;
import dev.weirkeeper.schemas.serde.CompatibilityLevel;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The Schema Registry REST protocol over {@link Schemas}. */
final class RegistryApi {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryApi.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

  private final Schemas schemas;

  RegistryApi(Schemas schemas) {
    this.schemas = schemas;
  }

  void addTo(RoutesConfig routes) {
    routes.before(RegistryApi::requireJsonBody);
    routes.exception(Problem.class, (p, c) -> answerError(c, p.status(), p.code(), p.getMessage()));
    routes.exception(
        JacksonException.class, (e, c) -> answerError(c, 400, 400, "The body is not JSON."));
    routes.exception(
        IllegalStateException.class,
        (e, c) -> {
          LOG.error("{} {} failed", c.method(), c.path(), e);
          answerError(c, 500, 50001, e.getMessage());
        });

    routes.get("/", c -> answer(c, JSON.createObjectNode()));
    addSchemas(routes);
    addSubjects(routes);
    addCompatibility(routes);
    addModes(routes);
    routes.get("/contexts", c -> answer(c, array(List.of("."), s -> JSON.valueToTree(s))));
  }

  private void addSchemas(RoutesConfig routes) {
    routes.get("/schemas/types", c -> answer(c, strings(List.of("AVRO"))));
    routes.get("/schemas", c -> answer(c, array(listed(c), RegistryApi::json)));
    routes.get("/schemas/ids/{id}", c -> answer(c, content(c, byId(c).getFirst())));
    routes.get("/schemas/ids/{id}/schema", c -> answerText(c, byId(c).getFirst().content().text()));
    routes.get(
        "/schemas/ids/{id}/subjects",
        c ->
            answer(
                c, strings(seen(c, byId(c)).stream().map(Version::subject).distinct().toList())));
    routes.get(
        "/schemas/ids/{id}/versions",
        c -> answer(c, array(seen(c, byId(c)), RegistryApi::subjectVersion)));
    routes.get(
        "/schemas/guids/{guid}",
        c -> {
          Version found = schemas.byGuid(lower(c.pathParam("guid"))).getFirst();
          answer(c, content(found).put("guid", Schemas.guid(found.content())));
        });
    routes.get(
        "/schemas/guids/{guid}/ids",
        c -> {
          Version found = schemas.byGuid(lower(c.pathParam("guid"))).getFirst();
          answer(
              c,
              JSON.createArrayNode()
                  .add(JSON.createObjectNode().put("context", ".").put("id", found.id())));
        });
  }

  private void addSubjects(RoutesConfig routes) {
    routes.get(
        "/subjects",
        c ->
            answer(c, strings(schemas.subjectNames(text(c, "subjectPrefix"), flag(c, "deleted")))));
    routes.post(
        "/subjects/{subject}",
        c -> answer(c, json(c, schemas.lookUp(subject(c), body(c), flag(c, "deleted")))));
    routes.delete(
        "/subjects/{subject}",
        c -> answer(c, numbers(schemas.deleteSubject(subject(c), flag(c, "permanent")))));
    routes.get(
        "/subjects/{subject}/versions",
        c ->
            answer(
                c,
                numbers(
                    schemas.versionsOf(subject(c), flag(c, "deleted")).stream()
                        .map(Version::number)
                        .toList())));
    routes.post(
        "/subjects/{subject}/versions",
        c -> {
          Version version = schemas.register(subject(c), body(c));
          ObjectNode json = JSON.createObjectNode().put("id", version.id());
          if (acceptsMore(c)) {
            json.put("version", version.number());
          }
          answer(c, withGuid(c, version, json));
        });
    routes.get("/subjects/{subject}/versions/{version}", c -> answer(c, json(c, version(c))));
    routes.get(
        "/subjects/{subject}/versions/{version}/schema",
        c -> answerText(c, version(c).content().text()));
    routes.get(
        "/subjects/{subject}/versions/{version}/referencedby",
        c ->
            answer(c, numbers(schemas.referencing(version(c)).stream().map(Version::id).toList())));
    routes.delete(
        "/subjects/{subject}/versions/{version}",
        c ->
            answer(
                c, JSON.valueToTree(schemas.delete(subject(c), number(c), flag(c, "permanent")))));
  }

  private void addCompatibility(RoutesConfig routes) {
    routes.post("/compatibility/subjects/{subject}/versions", c -> check(c, Optional.empty()));
    routes.post(
        "/compatibility/subjects/{subject}/versions/{version}",
        c -> check(c, Optional.of(number(c))));
    routes.get("/config", c -> answerLevel(c, "compatibilityLevel", schemas.globalLevel()));
    routes.put("/config", c -> setLevel(c, Optional.empty()));
    routes.delete(
        "/config",
        c -> {
          schemas.setLevel(Optional.empty(), Optional.empty());
          answerLevel(c, "compatibilityLevel", schemas.globalLevel());
        });
    routes.get(
        "/config/{subject}",
        c ->
            answerLevel(
                c, "compatibilityLevel", schemas.level(subject(c), flag(c, "defaultToGlobal"))));
    routes.put("/config/{subject}", c -> setLevel(c, Optional.of(subject(c))));
    routes.delete(
        "/config/{subject}",
        c -> {
          CompatibilityLevel before = schemas.level(subject(c), false);
          schemas.setLevel(Optional.of(subject(c)), Optional.empty());
          answerLevel(c, "compatibilityLevel", before);
        });
  }

  private void addModes(RoutesConfig routes) {
    routes.get("/mode", c -> answerMode(c, schemas.globalMode()));
    routes.put("/mode", c -> setMode(c, Optional.empty()));
    routes.get(
        "/mode/{subject}",
        c -> answerMode(c, schemas.mode(subject(c), flag(c, "defaultToGlobal"))));
    routes.put("/mode/{subject}", c -> setMode(c, Optional.of(subject(c))));
    routes.delete(
        "/mode/{subject}",
        c -> {
          Mode before = schemas.mode(subject(c), false);
          schemas.setMode(Optional.of(subject(c)), Optional.empty());
          answerMode(c, before);
        });
  }

  /** A web page can make a browser post plain text here unasked, but not JSON. */
  private static void requireJsonBody(Context c) {
    String method = c.method().name();
    String type = lower(Optional.ofNullable(c.contentType()).orElse(""));
    boolean writes = method.equals("POST") || method.equals("PUT");
    if (writes && !type.contains("json") && !type.startsWith("application/octet-stream")) {
      throw Problem.unsupportedMediaType();
    }
  }

  private void check(Context c, Optional<Integer> against) {
    List<String> objections;
    try {
      objections = schemas.check(subject(c), body(c), against);
    } catch (Problem p) {
      // The first version of a subject is compatible with nothing and so with everything.
      if (against.isEmpty() || against.get() != Schemas.LATEST || p.code() != 40401) {
        throw p;
      }
      objections = List.of();
    }
    ObjectNode json = JSON.createObjectNode().put("is_compatible", objections.isEmpty());
    if (flag(c, "verbose")) {
      json.set("messages", strings(objections));
    }
    answer(c, json);
  }

  private void setLevel(Context c, Optional<String> subject) {
    String given = JSON.readTree(c.body()).path("compatibility").asString("");
    CompatibilityLevel level =
        Arrays.stream(CompatibilityLevel.values())
            .filter(l -> l.name().equals(given.toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> Problem.invalidLevel(given));
    schemas.setLevel(subject, Optional.of(level));
    answerLevel(c, "compatibility", level);
  }

  private void setMode(Context c, Optional<String> subject) {
    String given = JSON.readTree(c.body()).path("mode").asString("");
    Mode mode =
        Arrays.stream(Mode.values())
            .filter(m -> m.name().equals(given.toUpperCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> Problem.invalidMode(given));
    schemas.setMode(subject, Optional.of(mode));
    answerMode(c, mode);
  }

  private List<Version> listed(Context c) {
    boolean latestOnly = flag(c, "latestOnly");
    boolean hiddenToo = flag(c, "deleted");
    return schemas.subjectNames(text(c, "subjectPrefix"), hiddenToo).stream()
        .map(s -> schemas.versionsOf(s, hiddenToo))
        .flatMap(v -> latestOnly ? v.subList(v.size() - 1, v.size()).stream() : v.stream())
        .toList();
  }

  private List<Version> byId(Context c) {
    try {
      return schemas.byId(Integer.parseInt(c.pathParam("id")));
    } catch (NumberFormatException e) {
      throw Problem.schemaNotFound(c.pathParam("id"));
    }
  }

  private static List<Version> seen(Context c, List<Version> versions) {
    boolean hiddenToo = flag(c, "deleted");
    return versions.stream().filter(v -> hiddenToo || !v.hidden()).toList();
  }

  private Version version(Context c) {
    return schemas.version(subject(c), number(c), flag(c, "deleted"));
  }

  private static int number(Context c) {
    String text = c.pathParam("version");
    if (text.equals("latest")) {
      return Schemas.LATEST;
    }
    try {
      int number = Integer.parseInt(text);
      if (number > 0 || number == Schemas.LATEST) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw Problem.invalidVersion(text);
    }
    throw Problem.invalidVersion(text);
  }

  private static String subject(Context c) {
    String subject = c.pathParam("subject").strip();
    if (subject.isEmpty()) {
      throw Problem.subjectNotFound(subject);
    }
    return subject;
  }

  private static Content body(Context c) {
    JsonNode json = JSON.readTree(c.body());
    String type = json.path("schemaType").asString("AVRO");
    if (!type.equals("AVRO")) {
      throw Problem.invalidSchema("this registry knows Avro only, not " + type);
    }
    String text = json.path("schema").asString("");
    if (text.isBlank()) {
      throw Problem.invalidRequest("The field `schema` is missing.");
    }
    return new Content(text, SchemaTopic.references(json.path("references")));
  }

  /**
   * Clients from before the newer fields fail on them; those from after say that they know them.
   */
  private static boolean acceptsMore(Context c) {
    return "true".equalsIgnoreCase(c.header("Confluent-Accept-Unknown-Properties"));
  }

  private static ObjectNode withGuid(Context c, Version version, ObjectNode json) {
    return acceptsMore(c) ? json.put("guid", Schemas.guid(version.content())) : json;
  }

  private static ObjectNode content(Context c, Version version) {
    return withGuid(c, version, content(version));
  }

  private static ObjectNode json(Context c, Version version) {
    return withGuid(c, version, json(version));
  }

  private static String text(Context c, String parameter) {
    return Optional.ofNullable(c.queryParam(parameter)).orElse("");
  }

  private static boolean flag(Context c, String parameter) {
    return "true".equalsIgnoreCase(c.queryParam(parameter));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static ObjectNode json(Version version) {
    ObjectNode json = subjectVersion(version).put("id", version.id());
    json.setAll(content(version));
    return json;
  }

  private static ObjectNode subjectVersion(Version version) {
    return JSON.createObjectNode()
        .put("subject", version.subject())
        .put("version", version.number());
  }

  private static ObjectNode content(Version version) {
    ObjectNode json = JSON.createObjectNode();
    if (!version.content().references().isEmpty()) {
      json.set("references", array(version.content().references(), SchemaTopic::json));
    }
    return json.put("schema", version.content().text());
  }

  private static ArrayNode strings(Collection<String> values) {
    return array(values, v -> JSON.valueToTree(v));
  }

  private static ArrayNode numbers(Collection<Integer> values) {
    return array(values, v -> JSON.valueToTree(v));
  }

  private static <T> ArrayNode array(Collection<T> values, Function<T, JsonNode> each) {
    ArrayNode array = JSON.createArrayNode();
    values.stream().map(each).forEach(array::add);
    return array;
  }

  private static void answerLevel(Context c, String name, CompatibilityLevel level) {
    answer(c, JSON.createObjectNode().put(name, level.name()));
  }

  private static void answerMode(Context c, Mode mode) {
    answer(c, JSON.createObjectNode().put("mode", mode.name()));
  }

  private static void answer(Context c, JsonNode json) {
    answerText(c, json.toString());
  }

  private static void answerText(Context c, String json) {
    c.contentType(MEDIA_TYPE).result(json);
  }

  private static void answerError(Context c, int status, int code, @Nullable String message) {
    c.status(status);
    answer(
        c, JSON.createObjectNode().put("error_code", code).put("message", String.valueOf(message)));
  }
}
