package dev.weirkeeper.executor.builtin.documents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A folder whose files can be listed and read, and nothing outside it.
 *
 * <p>Every directory on the way to a file is opened relative to the one before, without following
 * links, and kept open ({@code openat} and {@code O_NOFOLLOW} underneath). So there is no moment in
 * which a directory or file could be swapped for a link. Refused are links of both kinds (a hard
 * link would show a file from elsewhere), devices, pipes, and names that start with a dot.
 *
 * <p>Needs a file system with secure directory streams, as Linux and macOS have. Thread-safe.
 */
final class DocumentFolder {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_PATH = 1_000;

  private final Path root;
  private final long maxFileBytes;
  private final int maxFiles;

  DocumentFolder(Path root, long maxFileBytes, int maxFiles) {
    this.root = root;
    this.maxFileBytes = maxFileBytes;
    this.maxFiles = maxFiles;
  }

  /** The path is no document of this folder. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * What tells a file's content from an earlier one.
   *
   * @param modified in milliseconds
   * @param size in bytes
   * @param key identity of the file, as far as the file system has one
   */
  record Stamp(long modified, long size, String key) {}

  /**
   * What is in the folder.
   *
   * @param files paths relative to the folder, with {@code /} between names
   * @param leftOut what was refused, and why
   */
  record Listing(SortedMap<String, Stamp> files, List<String> leftOut) {}

  /** Every file that may be read, in order of path. */
  Listing list() throws IOException {
    Listing listing = new Listing(new TreeMap<>(), new ArrayList<>());
    try (SecureDirectoryStream<Path> top = open()) {
      list(top, "", 0, listing);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return listing;
  }

  /**
   * The content of a file.
   *
   * @param path relative to the folder, with {@code /} between names
   * @throws Refused if it is none of this folder's documents
   */
  byte[] read(String path) throws IOException {
    List<Path> names = names(path);
    List<SecureDirectoryStream<Path>> opened = new ArrayList<>();
    try {
      SecureDirectoryStream<Path> directory = open();
      opened.add(directory);
      for (Path name : names.subList(0, names.size() - 1)) {
        directory = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        opened.add(directory);
      }
      return read(directory, names.getLast(), path);
    } catch (Refused e) {
      throw e;
    } catch (IOException e) {
      Refused refused = new Refused("not a document of this folder");
      refused.initCause(e);
      throw refused;
    } finally {
      for (SecureDirectoryStream<Path> each : opened.reversed()) {
        each.close();
      }
    }
  }

  private byte[] read(SecureDirectoryStream<Path> directory, Path name, String path)
      throws IOException {
    BasicFileAttributes before = attributes(directory, name);
    if (!before.isRegularFile()) {
      throw new Refused("not a regular file");
    }
    if (before.size() > maxFileBytes) {
      throw new Refused("larger than " + maxFileBytes + " bytes");
    }
    try (SeekableByteChannel channel =
            directory.newByteChannel(
                name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        InputStream in = Channels.newInputStream(channel)) {
      byte[] content = in.readNBytes(Math.toIntExact(maxFileBytes + 1));
      if (content.length > maxFileBytes) {
        throw new Refused("larger than " + maxFileBytes + " bytes");
      }
      if (!Objects.equals(before.fileKey(), attributes(directory, name).fileKey())) {
        throw new Refused("changed while it was read");
      }
      requireOneName(path, before);
      return content;
    }
  }

  /** A file with a second name may have its other name anywhere. */
  private void requireOneName(String path, BasicFileAttributes attributes) throws IOException {
    if (!root.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    Map<String, Object> links =
        Files.readAttributes(root.resolve(path), "unix:nlink,ino,dev", LinkOption.NOFOLLOW_LINKS);
    if (!(links.get("nlink") instanceof Integer names) || names != 1) {
      throw new Refused("a hard link");
    }
    String key = String.valueOf(attributes.fileKey());
    if (!key.contains("ino=" + links.get("ino"))) {
      throw new Refused("changed while it was read");
    }
  }

  private void list(
      SecureDirectoryStream<Path> directory, String prefix, int depth, Listing listing) {
    for (Path entry : directory) {
      Path name = entry.getFileName();
      if (!name.toString().startsWith(".")) {
        String path = prefix + name;
        try {
          list(directory, name, path, depth, listing);
        } catch (NoSuchFileException _) {
          // Gone since the directory was read, so not a document any more.
        } catch (IOException e) {
          listing.leftOut().add(path + ": can't be read (" + e.getMessage() + ")");
        }
      }
    }
  }

  private void list(
      SecureDirectoryStream<Path> directory, Path name, String path, int depth, Listing listing)
      throws IOException {
    BasicFileAttributes attributes = attributes(directory, name);
    if (attributes.isDirectory()) {
      if (depth == MAX_DEPTH) {
        listing.leftOut().add(path + ": nested too deep");
        return;
      }
      try (SecureDirectoryStream<Path> inner =
          directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        list(inner, path + "/", depth + 1, listing);
      }
    } else if (!attributes.isRegularFile()) {
      listing.leftOut().add(path + ": a link or no regular file");
    } else if (attributes.size() > maxFileBytes) {
      listing.leftOut().add(path + ": larger than " + maxFileBytes + " bytes");
    } else if (listing.files().size() == maxFiles) {
      listing.leftOut().add(path + ": beyond the limit of " + maxFiles + " files");
    } else {
      listing
          .files()
          .put(
              path,
              new Stamp(
                  attributes.lastModifiedTime().toMillis(),
                  attributes.size(),
                  String.valueOf(attributes.fileKey())));
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    return directory
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  @SuppressWarnings("StreamResourceLeak") // handed to the caller, who closes it
  private SecureDirectoryStream<Path> open() throws IOException {
    // The folder itself is the operator's choice and may be reached through links.
    DirectoryStream<Path> stream = Files.newDirectoryStream(root.toRealPath());
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(
        "the file system of " + root + " has no secure directory streams; use Linux or macOS");
  }

  private List<Path> names(String path) throws Refused {
    if (path.isEmpty() || path.length() > MAX_PATH || path.startsWith("/")) {
      throw new Refused("not a path relative to the folder");
    }
    List<Path> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()
          || name.startsWith(".")
          || name.indexOf('\\') >= 0
          || name.chars().anyMatch(Character::isISOControl)) {
        throw new Refused("not a path relative to the folder");
      }
      names.add(name(name));
    }
    return names;
  }

  private Path name(String name) throws Refused {
    try {
      Path path = root.getFileSystem().getPath(name);
      if (path.isAbsolute() || path.getNameCount() != 1) {
        throw new Refused("not a path relative to the folder");
      }
      return path;
    } catch (InvalidPathException e) {
      throw new Refused("not a path relative to the folder");
    }
  }
}
