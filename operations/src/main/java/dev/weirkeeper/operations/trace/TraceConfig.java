package dev.weirkeeper.operations.trace;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.net.URI;
import java.util.Optional;

/**
 * Where spans are sent.
 *
 * @param endpoint an OTLP over HTTP receiver, without {@code /v1/traces}; absent: no tracing
 * @param headers sent with each request, {@code name=value} separated by commas; absent: none
 */
public record TraceConfig(Optional<URI> endpoint, Optional<Secret> headers) {

  private static final Setting<Optional<URI>> ENDPOINT =
      Setting.uri("trace.otlp.endpoint")
          .where(
              uri -> String.valueOf(uri.getScheme()).matches("https?"),
              "an http or https address, such as http://collector:4318")
          .optional()
          .alsoFrom("OTEL_EXPORTER_OTLP_ENDPOINT")
          .describedAs("OpenTelemetry collector, OTLP over HTTP; none: no traces");

  private static final Setting<Optional<Secret>> HEADERS =
      Setting.secret("trace.otlp.headers")
          .where(
              headers -> headers.reveal().matches("[^=,\\s]+=[^,]*(,[^=,\\s]+=[^,]*)*"),
              "name=value, several separated by commas")
          .optional()
          .alsoFrom("OTEL_EXPORTER_OTLP_HEADERS")
          .describedAs("headers for the collector, name=value separated by commas");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(ENDPOINT, HEADERS);

  /** Takes this record's part of a service's settings. */
  public static TraceConfig from(Settings settings) {
    return new TraceConfig(settings.get(ENDPOINT), settings.get(HEADERS));
  }
}
