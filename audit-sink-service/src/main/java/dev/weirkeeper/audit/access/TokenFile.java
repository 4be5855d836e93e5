package dev.weirkeeper.audit.access;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file of tokens, one a line; {@code #} begins a comment. Written whole and moved into place, so
 * that a service that reads it meanwhile sees the old file or the new one.
 */
public final class TokenFile {

  private static final String HEAD = "# name roles tenants sha256 [expiry]; made by weir tokens\n";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;

  /** A file that need not exist yet. */
  public TokenFile(Path path) {
    this.path = path.toAbsolutePath().normalize();
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * Reads all tokens; none if there is no file.
   *
   * @throws IllegalArgumentException naming the line that is wrong
   */
  public List<Token> read() throws IOException {
    return Files.exists(path) ? parse(Files.readAllLines(path), path.toString()) : List.of();
  }

  /**
   * Reads lines.
   *
   * @param place where they stand, for messages
   */
  static List<Token> parse(List<String> lines, String place) {
    List<Token> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        Token token = Token.parse(line);
        if (!names.add(token.name())) {
          throw new IllegalArgumentException("there are two tokens named " + token.name());
        }
        tokens.add(token);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s, line %d: %s".formatted(place, i + 1, e.getMessage()), e);
      }
    }
    return tokens;
  }

  /**
   * Adds a token.
   *
   * @throws FileAlreadyExistsException if there is one of that name
   */
  public void add(Token token) throws IOException {
    List<Token> tokens = new ArrayList<>(read());
    if (tokens.stream().anyMatch(other -> other.name().equals(token.name()))) {
      throw new FileAlreadyExistsException(token.name());
    }
    tokens.add(token);
    write(tokens);
  }

  /**
   * Takes a token out.
   *
   * @return false if there is none of that name
   */
  public boolean remove(String name) throws IOException {
    List<Token> tokens = new ArrayList<>(read());
    boolean found = tokens.removeIf(token -> token.name().equals(name));
    if (found) {
      write(tokens);
    }
    return found;
  }

  private void write(List<Token> tokens) throws IOException {
    StringBuilder text = new StringBuilder(HEAD);
    tokens.forEach(token -> text.append(token.line()).append('\n'));
    Path folder = path.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path next = path.resolveSibling(path.getFileName() + ".next");
    Files.deleteIfExists(next);
    Files.createFile(next, ownerOnly(next));
    Files.writeString(next, text, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }
}
