package dev.weirkeeper.system.process;

import dev.weirkeeper.system.process.ServerProcess.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/** How to tell whether a server does its work. */
final class Probes {

  private static final int PATIENCE_MILLIS = 2_000;

  private Probes() {}

  /** An HTTP address that answers 200; what it says otherwise is what it waits for. */
  static Probe http(String address) {
    return () -> {
      try {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create(address).toURL().openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        int status = connection.getResponseCode();
        try (InputStream body =
            status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
          String said =
              body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
          return status == 200 ? Optional.empty() : Optional.of(status + " " + said);
        }
      } catch (IOException e) {
        return Optional.of(address + ": " + e.getMessage());
      }
    };
  }

  /** A broker that answers. */
  static Probe kafka(int port) {
    String bootstrapServers = "127.0.0.1:" + port;
    return () -> {
      // Kafka's client says a lot about a port that nobody listens on yet.
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      } catch (IOException e) {
        return Optional.of("the broker: " + e.getMessage());
      }
      try (Admin admin =
          Admin.create(
              Map.of(
                  AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                  bootstrapServers,
                  AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                  100))) {
        admin
            .describeCluster(new DescribeClusterOptions().timeoutMs(PATIENCE_MILLIS))
            .nodes()
            .get();
        return Optional.empty();
      } catch (ExecutionException e) {
        return Optional.of("the broker: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of("nothing any more: interrupted");
      }
    };
  }

  /** A database that takes connections. */
  static Probe postgres(String url) {
    return () -> {
      Properties properties = new Properties();
      properties.setProperty("connectTimeout", "2");
      properties.setProperty("loginTimeout", "2");
      try (Connection _ = DriverManager.getConnection(url, properties)) {
        return Optional.empty();
      } catch (SQLException e) {
        return Optional.of("PostgreSQL: " + e.getMessage());
      }
    };
  }
}
