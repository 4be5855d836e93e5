package dev.weirkeeper.planner.proof;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The core is values and functions: it can't read a clock, throw dice, log or know the wire. */
final class PurityTest {
  private static final String SESSION = "dev.weirkeeper.planner.session";
  private static final String AGENT = "dev.weirkeeper.planner.agent";
  private static final String MONEY = "dev.weirkeeper.planner.money";

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(SESSION, AGENT, MONEY);

  @Test
  void the_core_imports_the_jdk_and_itself() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            SESSION,
            AGENT,
            MONEY,
            "java.lang..",
            "java.util..",
            "java.time..",
            "java.nio.charset..",
            "java.security..",
            "java.math..",
            "org.jspecify.annotations..")
        .check(CORE);
  }

  @Test
  void the_core_knows_no_clock_and_no_chance() {
    noClasses()
        .should()
        .callMethodWhere(DescribedPredicate.describe("reads a clock or chance", PurityTest::impure))
        .check(CORE);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.(time\\.(Clock|InstantSource)|util\\.(Random|UUID|Timer"
                + "|concurrent\\..*|random\\..*|logging\\..*)"
                + "|security\\.SecureRandom|lang\\.(Thread|Process.*|Runtime)|io\\..*)")
        .check(CORE);
  }

  private static boolean impure(JavaCall<?> call) {
    String owner = call.getTargetOwner().getFullName();
    return (call.getName().equals("now") && owner.startsWith("java.time."))
        || (owner.equals("java.lang.System")
            && Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty")
                .contains(call.getName()))
        || (owner.equals("java.lang.Math") && call.getName().equals("random"))
        || (owner.equals("java.util.Collections") && call.getName().equals("shuffle"));
  }

  @Test
  void agents_and_money_know_nothing_of_sessions() {
    noClasses()
        .that()
        .resideInAnyPackage(AGENT, MONEY)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(SESSION)
        .check(CORE);
    noClasses()
        .that()
        .resideInAPackage(MONEY)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(AGENT)
        .check(CORE);
  }
}
