package dev.weirkeeper.planner.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Requests and replies as providers document them, from {@code /wire} of the test resources. */
public final class Fixture {

  private static final String ROOT = "/wire/";
  private static final String EXPECTED = ".expected";

  private Fixture() {}

  /** A file as text, white space at its end left out. */
  public static String text(String name) {
    try (InputStream in = Fixture.class.getResourceAsStream(ROOT + name)) {
      if (in == null) {
        throw new AssertionError("no fixture " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The replies of a provider that say what is expected of them. */
  static List<String> replies(String provider) {
    URL folder = Fixture.class.getResource(ROOT + provider);
    if (folder == null) {
      throw new AssertionError("no fixtures of " + provider);
    }
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(EXPECTED))
          .map(name -> provider + "/" + name.substring(0, name.length() - EXPECTED.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** What is expected of a reply. */
  static String expected(String name) {
    return text(name + EXPECTED);
  }
}
