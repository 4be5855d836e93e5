package dev.weirkeeper.cli.stack;

import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a local stack keeps its data, for one process at a time. While the stack runs the directory
 * also holds a settings file that says how to reach it, usable with {@code --config}.
 */
public final class DataDirectory implements AutoCloseable {

  /** Used unless another is named. */
  public static final Path DEFAULT = Path.of(".weir");

  private static final String LOCK = "lock";
  private static final String ADDRESS = "stack.properties";

  /**
   * What this process has taken. Asked before the lock is: a process that closes any channel on a
   * file gives up its locks on it.
   */
  private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a directory for this process.
   *
   * @throws Trouble if another process has it, or it can't be written
   */
  public static DataDirectory take(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (!TAKEN.add(absolute)) {
      throw taken(absolute, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      return lock(absolute);
    } catch (RuntimeException e) {
      TAKEN.remove(absolute);
      throw e;
    }
  }

  private static DataDirectory lock(Path absolute) {
    try {
      Files.createDirectories(absolute);
      FileChannel channel =
          FileChannel.open(
              absolute.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!locked(channel)) {
        String owner = Files.readString(absolute.resolve(LOCK)).strip();
        channel.close();
        throw taken(absolute, owner.isEmpty() ? "unknown" : owner);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
      // Left behind by a run that was killed: it names servers that are gone.
      Files.deleteIfExists(absolute.resolve(ADDRESS));
      return new DataDirectory(absolute, channel);
    } catch (IOException e) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "the data directory %s can't be used (%s): make it writable or name another with --data"
              .formatted(absolute, e),
          e);
    }
  }

  /** The settings file of the stack that runs on a directory, if one does. */
  public static Optional<Path> running(Path path) {
    Path address = path.toAbsolutePath().normalize().resolve(ADDRESS);
    Path lock = address.resolveSibling(LOCK);
    if (!Files.exists(address) || !Files.exists(lock)) {
      return Optional.empty();
    }
    if (TAKEN.contains(address.getParent())) {
      return Optional.of(address);
    }
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return locked(channel) ? Optional.empty() : Optional.of(address);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A directory inside. */
  public Path inside(String name) {
    return path.resolve(name);
  }

  /** Its absolute path. */
  public Path path() {
    return path;
  }

  /** Says how to reach the stack, for other commands of the same user: a token is in it. */
  public void publish(Map<String, String> address) {
    StringBuilder text =
        new StringBuilder(
            "# How to reach the stack that runs here: weir --config <this file> ...\n");
    new TreeMap<>(address)
        .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Path next = path.resolve(ADDRESS + ".next");
      Files.deleteIfExists(next);
      Files.writeString(Files.createFile(next, ownerOnly()), text);
      Files.move(
          next,
          path.resolve(ADDRESS),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write into " + path, e);
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(path.resolve(ADDRESS));
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("can't give back " + path, e);
    } finally {
      TAKEN.remove(path);
    }
  }

  private static Trouble taken(Path path, String owner) {
    return new Trouble(
        ExitCode.UNREACHABLE,
        "a stack already runs on %s (process %s): use it (weir submit, weir run), stop it, or name another directory with --data"
            .formatted(path, owner));
  }

  private static boolean locked(FileChannel channel) throws IOException {
    return channel.tryLock() != null;
  }
}
