package dev.weirkeeper.planner.proof;

import dev.weirkeeper.planner.session.Planner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The core with one change, and a simulation and histories of its own: their classes are loaded
 * anew, the changed ones from what was compiled here.
 */
final class MutantLoader extends ClassLoader {
  private static final Path SOURCES = Path.of("src/main/java/dev/weirkeeper/planner");
  private static final String PLANNER = "dev.weirkeeper.planner.";
  private static final List<String> OWN =
      List.of(
          PLANNER + "session.", PLANNER + "agent.", PLANNER + "money.", PLANNER + "simulation.");
  private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();

  private final Map<String, byte[]> changed;

  private MutantLoader(Map<String, byte[]> changed) {
    super(MutantLoader.class.getClassLoader());
    this.changed = changed;
  }

  /** The core with a mutation. */
  static MutantLoader of(Mutation mutation) {
    try {
      return new MutantLoader(compiled(SOURCES.resolve(mutation.file()), changed(mutation)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The source with a mutation in it. */
  static String changed(Mutation mutation) {
    Path file = SOURCES.resolve(mutation.file());
    try {
      String source = Files.readString(file);
      int first = source.indexOf(mutation.snippet());
      if (first < 0 || source.indexOf(mutation.snippet(), first + 1) >= 0) {
        throw new AssertionError(
            "%s does not hold exactly one%n%s".formatted(file, mutation.snippet()));
      }
      return source.replace(mutation.snippet(), mutation.replacement());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, byte[]> compiled(Path file, String source) throws IOException {
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    StringBuilder problems = new StringBuilder();
    JavaFileObject text =
        new SimpleJavaFileObject(file.toUri(), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreErrors) {
            return source;
          }
        };
    try (JavaFileManager files =
        new ForwardingJavaFileManager<>(JAVAC.getStandardFileManager(null, null, null)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location place, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
              @Override
              public OutputStream openOutputStream() {
                return classes.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
              }
            };
          }
        }) {
      boolean done =
          JAVAC
              .getTask(
                  null,
                  files,
                  problem -> problems.append(problem).append('\n'),
                  List.of("-proc:none", "-implicit:none", "-nowarn", "-cp", classPath()),
                  null,
                  List.of(text))
              .call();
      if (!done) {
        throw new AssertionError("%s does not compile:%n%s".formatted(file, problems));
      }
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
    return bytes;
  }

  /** The core needs itself and the annotations. */
  private static String classPath() {
    return String.join(
        System.getProperty("path.separator"), place(Planner.class), place(NullMarked.class));
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (OWN.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte @Nullable [] bytes = changed.get(name);
    if (bytes == null) {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
