package dev.weirkeeper.system.cluster;

import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AclBinding;

/**
 * A broker that lets in nobody it does not know and nobody do what is not granted: one listener
 * with passwords (SASL/SCRAM over TLS), one with certificates (mutual TLS). A principal is the same
 * on both: {@code User:planner} is who has that name and password, or a certificate with {@code
 * CN=planner}.
 */
final class SecuredBroker implements AutoCloseable {

  private static final ScramCredentialInfo SCRAM =
      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);

  /** Who may do everything: the broker itself, and whoever administers it. */
  private static final String ADMIN = "admin";

  private final HeldCertificate authority = authority("authority");
  private final Map<String, String> passwords = new ConcurrentHashMap<>();
  private final EmbeddedBroker broker;
  private final int mutualPort;
  private final Admin admin;

  SecuredBroker(Path data) {
    int passwordPort = freePort();
    this.mutualPort = freePort();
    int controllerPort = freePort();
    Map<String, String> keys = new HashMap<>(tls(certificate(authority, "broker")));
    keys.put(
        "listeners",
        "PASSWORDS://127.0.0.1:%d,MUTUAL://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(passwordPort, mutualPort, controllerPort));
    keys.put(
        "advertised.listeners",
        "PASSWORDS://127.0.0.1:%d,MUTUAL://127.0.0.1:%d".formatted(passwordPort, mutualPort));
    keys.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    keys.put("listener.security.protocol.map", "PASSWORDS:SASL_SSL,MUTUAL:SSL,CONTROLLER:SSL");
    keys.put("inter.broker.listener.name", "MUTUAL");
    keys.put("listener.name.mutual.ssl.client.auth", "required");
    keys.put("listener.name.controller.ssl.client.auth", "required");
    keys.put("ssl.principal.mapping.rules", "RULE:^CN=([a-z-]+)$/$1/");
    keys.put("listener.name.passwords.sasl.enabled.mechanisms", "SCRAM-SHA-512");
    keys.put(
        "listener.name.passwords.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    keys.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    keys.put("super.users", "User:broker;User:" + ADMIN);
    BrokerSettings settings = BrokerSettings.in(data).onPort(passwordPort);
    for (Map.Entry<String, String> key : keys.entrySet()) {
      settings = settings.with(key.getKey(), key.getValue());
    }
    this.broker = EmbeddedBroker.start(settings);
    this.admin = Admin.create(new HashMap<String, Object>(withCertificate(ADMIN)));
  }

  /** May do everything. */
  Admin admin() {
    return admin;
  }

  /** Makes a user with a password known and grants it rights. */
  void admit(String user, Collection<AclBinding> rights)
      throws ExecutionException, InterruptedException {
    String password = "password-of-" + user;
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    user, SCRAM, password.getBytes(StandardCharsets.UTF_8))))
        .all()
        .get();
    passwords.put(user, password);
    admin.createAcls(rights).all().get();
  }

  /** Client settings of a user with its password. */
  Map<String, String> withPassword(String user) {
    return withPassword(user, passwords.getOrDefault(user, "none"));
  }

  Map<String, String> withPassword(String user, String password) {
    Map<String, String> keys = new HashMap<>();
    keys.put("bootstrap.servers", broker.bootstrapServers());
    keys.put("security.protocol", "SASL_SSL");
    keys.put("sasl.mechanism", "SCRAM-SHA-512");
    keys.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password));
    keys.put("ssl.truststore.type", "PEM");
    keys.put("ssl.truststore.certificates", authority.certificatePem());
    return keys;
  }

  /** Client settings of a user with a certificate. */
  Map<String, String> withCertificate(String user) {
    return withCertificate(user, authority);
  }

  /** The same, signed by somebody else. */
  Map<String, String> withCertificate(String user, HeldCertificate signer) {
    Map<String, String> keys = withoutCertificate();
    keys.putAll(tls(certificate(signer, user)));
    return keys;
  }

  /** Client settings of somebody without a certificate where one is asked for. */
  Map<String, String> withoutCertificate() {
    Map<String, String> keys = new HashMap<>();
    keys.put("bootstrap.servers", "127.0.0.1:" + mutualPort);
    keys.put("security.protocol", "SSL");
    keys.put("ssl.truststore.type", "PEM");
    keys.put("ssl.truststore.certificates", authority.certificatePem());
    return keys;
  }

  static HeldCertificate authority(String name) {
    return new HeldCertificate.Builder().commonName(name).certificateAuthority(0).build();
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }

  private static HeldCertificate certificate(HeldCertificate signer, String name) {
    return new HeldCertificate.Builder()
        .commonName(name)
        .addSubjectAlternativeName("127.0.0.1")
        .signedBy(signer)
        .build();
  }

  private Map<String, String> tls(HeldCertificate certificate) {
    return Map.of(
        "ssl.keystore.type", "PEM",
        "ssl.keystore.certificate.chain", certificate.certificatePem(),
        "ssl.keystore.key", certificate.privateKeyPkcs8Pem(),
        "ssl.truststore.type", "PEM",
        "ssl.truststore.certificates", authority.certificatePem());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
