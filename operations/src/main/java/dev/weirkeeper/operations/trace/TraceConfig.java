package dev.weirkeeper.operations.trace;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.net.URI;
import java.util.Optional;

/**
 * Where spans are sent. Everything else (protocol, sampler, batches, certificates, resource) is
 * said by the OpenTelemetry SDK's own {@code OTEL_} variables.
 *
 * @param endpoint an OTLP receiver, without {@code /v1/traces}
 * @param tracesEndpoint the whole address for traces, stronger than the other
 * @param headers sent with each request, {@code name=value} separated by commas; absent: none
 */
public record TraceConfig(
    Optional<URI> endpoint, Optional<URI> tracesEndpoint, Optional<Secret> headers) {

  private static final String HTTP = "an http or https address, such as http://collector:4318";

  private static final Setting<Optional<URI>> ENDPOINT =
      Setting.uri("trace.otlp.endpoint")
          .where(TraceConfig::isHttp, HTTP)
          .optional()
          .alsoFrom("OTEL_EXPORTER_OTLP_ENDPOINT")
          .describedAs(
              "OpenTelemetry collector; with none of the two addresses there are no traces");

  private static final Setting<Optional<URI>> TRACES_ENDPOINT =
      Setting.uri("trace.otlp.traces-endpoint")
          .where(TraceConfig::isHttp, HTTP + "/v1/traces")
          .optional()
          .alsoFrom("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
          .describedAs("the same with its whole path, for traces only");

  private static final Setting<Optional<Secret>> HEADERS =
      Setting.secret("trace.otlp.headers")
          .where(
              headers -> headers.reveal().matches("[^=,\\s]+=[^,]*(,[^=,\\s]+=[^,]*)*"),
              "name=value, several separated by commas")
          .optional()
          .alsoFrom("OTEL_EXPORTER_OTLP_HEADERS")
          .describedAs("headers for the collector, name=value separated by commas");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(ENDPOINT, TRACES_ENDPOINT, HEADERS);

  /** Takes this record's part of a service's settings. */
  public static TraceConfig from(Settings settings) {
    return new TraceConfig(
        settings.get(ENDPOINT), settings.get(TRACES_ENDPOINT), settings.get(HEADERS));
  }

  /** Whether there is anybody to send spans to. */
  boolean on() {
    return endpoint.isPresent() || tracesEndpoint.isPresent();
  }

  private static boolean isHttp(URI uri) {
    return String.valueOf(uri.getScheme()).matches("https?");
  }
}
