package dev.weirkeeper.executor.builtin.email;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Connections that trust the certificate authorities of a file. */
final class TrustedAuthorities {

  private TrustedAuthorities() {}

  /**
   * Makes sockets that trust the authorities of a PEM file and no others.
   *
   * @throws IllegalArgumentException if the file can't be read or holds no certificate
   */
  static SSLSocketFactory of(Path pem) {
    try (InputStream file = Files.newInputStream(pem)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(file);
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("tools.email.ca-file: " + pem + " has no certificate");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "tools.email.ca-file: "
              + pem
              + " can't be read as certificates in PEM: "
              + e.getMessage(),
          e);
    }
  }
}
