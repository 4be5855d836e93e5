package dev.weirkeeper.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewToolCommandTest {

  @TempDir Path folder;

  private static int execute(String... arguments) {
    return CommandTree.commands().setErr(new PrintWriter(new StringWriter())).execute(arguments);
  }

  @Test
  void the_project_compiles_against_ours_and_its_test_passes() throws Exception {
    Path project = folder.resolve("project");
    assertThat(
            execute(
                "new-tool",
                "find_invoice",
                "--directory",
                project.toString(),
                "--package",
                "org.acme"))
        .isZero();

    List<Path> sources;
    try (Stream<Path> all = Files.walk(project)) {
      sources = all.filter(path -> path.toString().endsWith(".java")).toList();
    }
    assertThat(sources).hasSize(2);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    List<String> options =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPath));
    sources.forEach(source -> options.add(source.toString()));
    assertThat(compiler.run(null, null, null, options.toArray(String[]::new))).isZero();

    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Class<?> test = loader.loadClass("org.acme.FindInvoiceTest");
      int run = 0;
      for (Method method : test.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          var constructor = test.getDeclaredConstructor();
          constructor.setAccessible(true);
          method.setAccessible(true);
          method.invoke(constructor.newInstance());
          run++;
        }
      }
      assertThat(run).isEqualTo(2);
    }
    var pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(project.resolve("pom.xml").toFile());
    assertThat(pom.getElementsByTagName("artifactId").item(0).getTextContent())
        .isEqualTo("find-invoice");
    try (Stream<Path> all = Files.walk(project)) {
      assertThat(all.filter(Files::isRegularFile))
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern("@[a-z]+@"));
    }
  }

  @Test
  void nothing_is_written_over_and_wrong_names_are_refused() throws Exception {
    Files.writeString(folder.resolve("kept"), "mine");

    assertThat(execute("new-tool", "find_invoice", "--directory", folder.toString())).isEqualTo(2);
    assertThat(execute("new-tool", "Find Invoice")).isEqualTo(2);
    assertThat(execute("new-tool", "find_invoice", "--package", "org.Acme")).isEqualTo(2);
    assertThat(execute("new-tool", "find_invoice", "--pool", "A b")).isEqualTo(2);
    assertThat(folder).isDirectoryContaining(path -> path.endsWith("kept"));
  }
}
