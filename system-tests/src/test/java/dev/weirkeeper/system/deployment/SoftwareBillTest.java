package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.cli.Weir;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The bill of materials in the program's jar, which {@code mvn package} makes. */
final class SoftwareBillTest {

  private static final String BILL = "/META-INF/sbom/weirkeeper.cdx.json";

  @Test
  void names_every_library_with_its_licence_and_the_hash_of_its_file() throws IOException {
    JsonNode bill = bill();

    assertThat(bill.path("bomFormat").stringValue()).isEqualTo("CycloneDX");
    Map<String, JsonNode> components =
        bill.path("components").valueStream().collect(Collectors.toMap(this::file, each -> each));
    assertThat(components.keySet())
        .anyMatch(name -> name.startsWith("kafka-clients-"))
        .anyMatch(name -> name.startsWith("kafka-streams-"))
        .anyMatch(name -> name.startsWith("postgresql-"))
        .anyMatch(name -> name.startsWith("planner-service-"));
    Map<String, Path> files = filesOfTheClassPath();
    assertThat(components)
        .allSatisfy(
            (name, component) -> {
              assertThat(component.path("purl").stringValue()).startsWith("pkg:maven/");
              assertThat(component.path("licenses").size()).as("licences of %s", name).isPositive();
              Path file = Objects.requireNonNull(files.get(name), name);
              if (!component.path("group").stringValue().equals("dev.weirkeeper")) {
                assertThat(sha256(component)).as(name).isEqualTo(sha256(file));
              }
            });
  }

  private String file(JsonNode component) {
    return "%s-%s.jar"
        .formatted(component.path("name").stringValue(), component.path("version").stringValue());
  }

  private static JsonNode bill() throws IOException {
    try (InputStream json = Weir.class.getResourceAsStream(BILL)) {
      assumeTrue(json != null, "classes that are not packaged have no bill: mvn verify makes it");
      return JsonMapper.shared().readTree(json);
    }
  }

  private static Map<String, Path> filesOfTheClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .collect(
            Collectors.toMap(
                path -> String.valueOf(path.getFileName()), Function.identity(), (a, _) -> a));
  }

  private static String sha256(JsonNode component) {
    return component
        .path("hashes")
        .valueStream()
        .filter(hash -> hash.path("alg").stringValue().equals("SHA-256"))
        .map(hash -> hash.path("content").stringValue())
        .findFirst()
        .orElse("no hash");
  }

  private static String sha256(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
