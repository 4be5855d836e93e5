package dev.weirkeeper.local.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL 18 server of this machine. Thread-safe; closing twice is harmless.
 *
 * <p>Runs as an ordinary user and as root: PostgreSQL refuses root, so there it is started in a
 * user namespace of its own, which needs {@code unshare}.
 */
public final class LocalPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalPostgres.class);
  private static final String USER = "postgres";
  private static final Pattern DATABASE = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Path home;
  private final boolean keep;
  private final FileChannel lockFile;
  private final EmbeddedPostgres server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalPostgres(Path home, boolean keep, FileChannel lockFile, EmbeddedPostgres server) {
    this.home = home;
    this.keep = keep;
    this.lockFile = lockFile;
    this.server = server;
  }

  /**
   * Starts a server whose data stays when it stops and that is as durable as PostgreSQL is by
   * default. A server that an earlier, killed run left behind on the same directory is stopped
   * first.
   *
   * @param home directory of the data; created where it does not exist
   * @param port where it listens; 0 takes a free one
   * @throws IllegalStateException if another live process uses the directory, or it did not start
   */
  public static LocalPostgres start(Path home, int port) {
    return start(home, port, true);
  }

  /** Starts a server on a free port whose data is fast, not durable, and gone when it stops. */
  public static LocalPostgres ephemeral() {
    try {
      return start(Files.createTempDirectory("weirkeeper-postgres"), 0, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** JDBC URL of the database {@code postgres}, the user name included. */
  public String jdbcUrl() {
    return jdbcUrl(USER);
  }

  /** JDBC URL of a database, the user name included. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s".formatted(port(), database, USER);
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  /** The superuser; it needs no password from this machine. */
  public String user() {
    return USER;
  }

  /**
   * Creates a database where it does not exist.
   *
   * @param name lower-case letters, digits and underscores
   * @return its JDBC URL
   */
  public String createDatabase(String name) {
    if (!DATABASE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "database name '" + name + "' must be lower-case letters, digits and underscores");
    }
    try (Connection connection = DriverManager.getConnection(jdbcUrl());
        Statement statement = connection.createStatement()) {
      if (!statement
          .executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")
          .next()) {
        statement.execute("CREATE DATABASE " + name);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("can't create database " + name, e);
    }
    return jdbcUrl(name);
  }

  /** Stops the server and its connections. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      server.close();
      lockFile.close();
      if (!keep) {
        delete(home);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LocalPostgres start(Path home, int port, boolean keep) {
    FileChannel lockFile = own(home);
    Path cluster = home.resolve("cluster");
    try {
      stopOrphan(cluster);
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(cluster)
              .setCleanDataDirectory(false)
              .setPort(port)
              .setPGStartupWait(START_LIMIT)
              // Text is compared byte by byte; the C library compares the same way, and slower.
              .setLocaleConfig("locale-provider", "builtin")
              .setLocaleConfig("locale", "C.UTF-8")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("unix_socket_directories", "")
              .setServerConfig("max_connections", "100")
              // With the default of 128 MB a busy store moves pages out and in again.
              .setServerConfig("shared_buffers", "512MB")
              // A checkpoint by the clock, not for every gigabyte of a load that lasts: each writes
              // all that was touched, and what is touched after it goes into the log whole.
              .setServerConfig("max_wal_size", "4GB")
              .setServerConfig("wal_init_zero", "off")
              .setServerConfig("log_min_messages", "warning")
              .setServerConfig("fsync", keep ? "on" : "off")
              .setServerConfig("synchronous_commit", keep ? "on" : "off")
              .setServerConfig("full_page_writes", keep ? "on" : "off")
              // A kept server is stopped by its owner, after those that use it; a hook of its own
              // would stop it beside them.
              .setRegisterShutdownHook(!keep);
      LocalPostgres started = new LocalPostgres(home, keep, lockFile, builder.start());
      LOG.info("PostgreSQL ready at 127.0.0.1:{}, data in {}", started.port(), home);
      return started;
    } catch (IOException | RuntimeException e) {
      closeAfterFailure(lockFile);
      throw new IllegalStateException(
          "PostgreSQL with data in %s did not start: %s%s"
              .formatted(home, e.getMessage(), adviceForRoot()),
          e);
    }
  }

  private static String adviceForRoot() {
    return USER_IS_ROOT
        ? " (running as root needs the command unshare and user namespaces; run as another user if"
            + " they are not available)"
        : "";
  }

  private static final boolean USER_IS_ROOT = "root".equals(System.getProperty("user.name"));

  /** Takes the directory for this process: two servers on one directory would destroy it. */
  private static FileChannel own(Path home) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new IllegalStateException(
            "another running process uses the PostgreSQL data in " + home + "; stop it first");
      }
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException("can't use " + home + " for PostgreSQL data", e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** We own the directory, so a server still running on it belongs to a run that was killed. */
  private static void stopOrphan(Path cluster) throws IOException {
    Path pidFile = cluster.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,9}")) {
      return;
    }
    ProcessHandle orphan =
        ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
            .filter(
                process ->
                    process.info().command().filter(path -> path.endsWith("postgres")).isPresent())
            .orElse(null);
    if (orphan == null) {
      return;
    }
    LOG.warn("stopping PostgreSQL process {} left behind on {}", orphan.pid(), cluster);
    orphan.destroy();
    try {
      orphan.onExit().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      orphan.destroyForcibly();
    } catch (ExecutionException e) {
      throw new IOException("waiting for process " + orphan.pid() + " to end failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for process " + orphan.pid(), e);
    }
  }

  private static void closeAfterFailure(FileChannel lockFile) {
    try {
      lockFile.close();
    } catch (IOException e) {
      LOG.debug("the lock file did not close", e);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
