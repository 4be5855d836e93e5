package dev.weirkeeper.schemas.random;

import dev.weirkeeper.wire.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;

/** The generated record classes. */
public final class WireTypes {

  private static final String PACKAGE = Task.class.getPackageName();

  private WireTypes() {}

  /** Every generated record class, by name. */
  public static List<Class<? extends SpecificRecord>> all() {
    try {
      URI place = Task.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      if (Files.isDirectory(Path.of(place))) {
        return in(Path.of(place));
      }
      try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place), Map.of())) {
        return in(jar.getPath("/"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The schema a class was generated from. */
  public static Schema schema(Class<? extends SpecificRecord> type) {
    return SpecificData.getForClass(type).getSchema(type);
  }

  private static List<Class<? extends SpecificRecord>> in(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(PACKAGE.replace('.', '/')))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.contains("$"))
          .map(name -> load(name.substring(0, name.length() - ".class".length())))
          .filter(SpecificRecordBase.class::isAssignableFrom)
          .<Class<? extends SpecificRecord>>map(type -> type.asSubclass(SpecificRecord.class))
          .sorted(java.util.Comparator.comparing(Class::getName))
          .toList();
    }
  }

  private static Class<?> load(String simpleName) {
    try {
      return Class.forName(PACKAGE + "." + simpleName);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
