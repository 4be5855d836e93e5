package dev.weirkeeper.schemas.serde;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a registry is reached over TLS: Kafka's own settings and its own code for them, stores in
 * files or PEM text included.
 *
 * @param ssl Kafka's settings without the prefix, parsed
 */
record Tls(Map<String, @Nullable Object> ssl) {

  static final String PREFIX = "schema.registry.";

  private static final String SSL_PREFIX = PREFIX + "ssl.";
  private static final ConfigDef KNOWN = new ConfigDef().withClientSslSupport();

  /** Empty if no setting of that prefix is there: then the JDK's defaults apply. */
  static Optional<Tls> from(Map<String, ?> config) {
    Map<String, Object> given = new HashMap<>();
    config.forEach(
        (key, value) -> {
          if (key.startsWith(SSL_PREFIX) && value != null) {
            given.put(key.substring(PREFIX.length()), value);
          }
        });
    return given.isEmpty() ? Optional.empty() : Optional.of(new Tls(KNOWN.parse(given)));
  }

  void applyTo(OkHttpClient.Builder client) {
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      factory.configure(ssl);
      client.sslSocketFactory(
          factory.sslContext().getSocketFactory(), trustManager(factory.truststore()));
    } catch (KafkaException | GeneralSecurityException e) {
      throw new ConfigException("the settings " + SSL_PREFIX + "* do not work: " + e.getMessage());
    }
    if (Objects.equals(ssl.get(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG), "")) {
      client.hostnameVerifier((host, session) -> true);
    }
  }

  private static X509TrustManager trustManager(@Nullable KeyStore trusted)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("the JDK has no X.509 trust manager");
  }
}
