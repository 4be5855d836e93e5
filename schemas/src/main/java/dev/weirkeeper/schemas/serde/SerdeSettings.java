package dev.weirkeeper.schemas.serde;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the serializers, by the names that users of the vendor's serializers know.
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>name<th>default<th>meaning
 * <tr><td>{@value #URL}<td>required<td>one or more URLs, separated by commas; the next is tried
 * when one fails. {@code mock://<scope>} is a registry in this JVM, one per scope
 * <tr><td>{@value #BASIC_SOURCE}<td>URL<td>{@code URL}: user and password stand in the URL; {@code
 * USER_INFO}: in the next setting
 * <tr><td>{@value #BASIC_USER_INFO}<td><td>{@code user:password}
 * <tr><td>{@value #BEARER_TOKEN}<td><td>sent as {@code Authorization: Bearer}
 * <tr><td>{@code schema.registry.ssl.*}<td><td>Kafka's own {@code ssl.*} settings, for the connection
 * to the registry
 * <tr><td>{@value #AUTO_REGISTER}<td>true<td>register the schema of what is written; false: it must
 * be there
 * <tr><td>{@value #USE_LATEST}<td>false<td>with the former false, write by the subject's newest
 * version
 * <tr><td>{@code value.subject.name.strategy}<td>TopicNameStrategy<td>or RecordNameStrategy or
 * TopicRecordNameStrategy, with or without a package
 * <tr><td>{@code specific.avro.value.type}<td><td>the only record class the deserializer accepts;
 * absent: any of ours
 * <tr><td>{@value #SERIALIZER_CLASS}<td><td>another maker's serializer to write with
 * <tr><td>{@value #DESERIALIZER_CLASS}<td><td>another maker's deserializer to read with
 * <tr><td>{@value #MAX_BYTES}<td>4194304<td>longer records are refused unread
 * <tr><td>{@value #CONNECT_TIMEOUT}<td>5000<td>milliseconds to connect to the registry
 * <tr><td>{@value #READ_TIMEOUT}<td>10000<td>milliseconds to wait for its answer
 * <tr><td>{@value #RETRIES}<td>3<td>rounds over all URLs after the first
 * </table>
 *
 * The names with {@code value} exist with {@code key} too.
 */
record SerdeSettings(
    Registry registry,
    boolean autoRegister,
    boolean useLatest,
    Naming naming,
    Optional<String> valueType,
    Optional<String> keyType,
    Optional<String> serializerClass,
    Optional<String> deserializerClass,
    int maxBytes) {

  static final String URL = "schema.registry.url";
  static final String BASIC_SOURCE = "basic.auth.credentials.source";
  static final String BASIC_USER_INFO = "basic.auth.user.info";
  static final String BEARER_SOURCE = "bearer.auth.credentials.source";
  static final String BEARER_TOKEN = "bearer.auth.token";
  static final String AUTO_REGISTER = "auto.register.schemas";
  static final String USE_LATEST = "use.latest.version";
  static final String NAMING = "subject.name.strategy";
  static final String VALUE_TYPE = "specific.avro.value.type";
  static final String KEY_TYPE = "specific.avro.key.type";
  static final String SERIALIZER_CLASS = "avro.serializer.class";
  static final String DESERIALIZER_CLASS = "avro.deserializer.class";
  static final String MAX_BYTES = "max.record.bytes";
  static final String CONNECT_TIMEOUT = "http.connect.timeout.ms";
  static final String READ_TIMEOUT = "http.read.timeout.ms";
  static final String RETRIES = "max.retries";

  private static final String MOCK = "mock://";
  private static final int DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

  /** How keys and values are named. */
  record Naming(SubjectNaming value, SubjectNaming key) {}

  /** Where the registry is. Equal settings share one client. */
  sealed interface Registry {

    /** A registry in this JVM. */
    record InMemory(String scope) implements Registry {}

    /** One or more servers. */
    record Http(
        List<HttpUrl> urls,
        Optional<String> authorization,
        Optional<Tls> tls,
        int connectTimeoutMs,
        int readTimeoutMs,
        int retries)
        implements Registry {

      /** Leaves the credentials out. */
      @Override
      public String toString() {
        return urls.toString();
      }
    }
  }

  static SerdeSettings from(Map<String, ?> config) {
    Reader reader = new Reader(config);
    return new SerdeSettings(
        reader.registry(),
        reader.flag(AUTO_REGISTER, true),
        reader.flag(USE_LATEST, false),
        new Naming(reader.naming("value."), reader.naming("key.")),
        reader.text(VALUE_TYPE),
        reader.text(KEY_TYPE),
        reader.text(SERIALIZER_CLASS),
        reader.text(DESERIALIZER_CLASS),
        reader.number(MAX_BYTES, DEFAULT_MAX_BYTES, 1));
  }

  /** Picks settings out of the map Kafka hands over, which holds everything else as well. */
  private record Reader(Map<String, ?> config) {

    Registry registry() {
      List<String> urls = list(URL);
      if (urls.isEmpty()) {
        throw new ConfigException(
            URL, null, "must name the schema registry, such as http://localhost:8081");
      }
      if (urls.getFirst().startsWith(MOCK)) {
        return new Registry.InMemory(urls.getFirst().substring(MOCK.length()));
      }
      List<HttpUrl> parsed = urls.stream().map(Reader::url).toList();
      return new Registry.Http(
          parsed.stream().map(u -> u.newBuilder().username("").password("").build()).toList(),
          authorization(parsed.getFirst()),
          Tls.from(config),
          number(CONNECT_TIMEOUT, 5_000, 1),
          number(READ_TIMEOUT, 10_000, 1),
          number(RETRIES, 3, 0));
    }

    private Optional<String> authorization(HttpUrl url) {
      Optional<String> token = text(BEARER_TOKEN);
      Optional<String> bearerSource = text(BEARER_SOURCE);
      if (bearerSource.isPresent() && !bearerSource.get().equals("STATIC_TOKEN")) {
        throw new ConfigException(
            BEARER_SOURCE, bearerSource.get(), "only STATIC_TOKEN is supported");
      }
      if (bearerSource.isPresent() && token.isEmpty()) {
        throw new ConfigException(BEARER_TOKEN, null, "must be set with " + BEARER_SOURCE);
      }
      String source = text(BASIC_SOURCE).orElse("URL").toUpperCase(Locale.ROOT);
      return switch (source) {
        case "USER_INFO" -> {
          String userInfo =
              text(BASIC_USER_INFO)
                  .or(() -> text("schema.registry." + BASIC_USER_INFO))
                  .orElseThrow(
                      () ->
                          new ConfigException(
                              BASIC_USER_INFO,
                              null,
                              "must be user:password with " + BASIC_SOURCE + "=USER_INFO"));
          int colon = userInfo.indexOf(':');
          if (colon < 0) {
            throw new ConfigException(BASIC_USER_INFO + " must be of the form user:password");
          }
          yield Optional.of(
              Credentials.basic(
                  userInfo.substring(0, colon),
                  userInfo.substring(colon + 1),
                  StandardCharsets.UTF_8));
        }
        case "URL" ->
            url.username().isEmpty()
                ? token.map(t -> "Bearer " + t)
                : Optional.of(
                    Credentials.basic(url.username(), url.password(), StandardCharsets.UTF_8));
        default -> throw new ConfigException(BASIC_SOURCE, source, "must be URL or USER_INFO");
      };
    }

    private static HttpUrl url(String text) {
      HttpUrl url = HttpUrl.parse(text);
      if (url == null) {
        throw new ConfigException(
            URL,
            text.replaceAll("//[^/@]*@", "//"),
            "must be an http or https URL, or mock://<scope>");
      }
      return url;
    }

    SubjectNaming naming(String prefix) {
      String name = text(prefix + NAMING).orElse("TopicNameStrategy");
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        // The vendor's newest default gives the same subjects where nobody associated others.
        case "TopicNameStrategy", "AssociatedNameStrategy" -> SubjectNaming.TOPIC;
        case "RecordNameStrategy" -> SubjectNaming.RECORD;
        case "TopicRecordNameStrategy" -> SubjectNaming.TOPIC_RECORD;
        default ->
            throw new ConfigException(
                prefix + NAMING,
                name,
                "must be TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy");
      };
    }

    Optional<String> text(String key) {
      Object value = value(key);
      return Optional.ofNullable(value)
          .map(
              v ->
                  switch (v) {
                    case Password p -> p.value();
                    case Class<?> c -> c.getName();
                    default -> v.toString();
                  })
          .map(String::strip)
          .filter(s -> !s.isEmpty());
    }

    private @Nullable Object value(String key) {
      return config.get(key);
    }

    boolean flag(String key, boolean otherwise) {
      return text(key)
          .map(
              s ->
                  switch (s.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new ConfigException(key, s, "must be true or false");
                  })
          .orElse(otherwise);
    }

    int number(String key, int otherwise, int least) {
      Optional<String> text = text(key);
      if (text.isEmpty()) {
        return otherwise;
      }
      try {
        int number = Integer.parseInt(text.get());
        if (number >= least) {
          return number;
        }
      } catch (NumberFormatException e) {
        throw new ConfigException(key, text.get(), "must be a whole number of at least " + least);
      }
      throw new ConfigException(key, text.get(), "must be at least " + least);
    }

    private List<String> list(String key) {
      Object value = value(key);
      Stream<String> parts =
          value instanceof List<?> many
              ? many.stream().filter(Objects::nonNull).map(Object::toString)
              : text(key).stream().flatMap(s -> Stream.of(s.split(",")));
      return parts.map(String::strip).filter(s -> !s.isEmpty()).toList();
    }
  }
}
