package dev.weirkeeper.executor.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps results as files in a directory, which executors on several machines must share. Written
 * under another name first, so that a crash leaves no half result.
 */
public final class FileResultStore implements ResultStore {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final Path directory;

  /**
   * @param directory created where it does not exist
   * @throws IOException if it can't be created
   */
  public FileResultStore(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public void put(StoredResult result) throws IOException {
    Path file = fileOf(result.handle());
    if (Files.exists(file)) {
      return;
    }
    Files.createDirectories(file.getParent());
    Path half = Files.createTempFile(file.getParent(), result.handle(), ".part");
    try {
      Files.write(half, MAPPER.writeValueAsBytes(result));
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(half);
      throw e;
    }
  }

  @Override
  public Optional<StoredResult> find(String handle) throws IOException {
    if (!StoredResult.isHandle(handle)) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.readValue(Files.readAllBytes(fileOf(handle)), StoredResult.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException("the file of result " + handle + " is damaged", e);
    }
  }

  @Override
  public int forget(Duration age) throws IOException {
    FileTime oldest = FileTime.from(Instant.now().minus(age));
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory, 2)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    int deleted = 0;
    for (Path file : files) {
      if (modified(file).map(time -> time.compareTo(oldest) < 0).orElse(false)
          && Files.deleteIfExists(file)) {
        deleted++;
      }
    }
    return deleted;
  }

  private static Optional<FileTime> modified(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // deleted by another executor
    }
  }

  private Path fileOf(String handle) {
    return directory.resolve(handle.substring(4, 6)).resolve(handle + ".json");
  }
}
