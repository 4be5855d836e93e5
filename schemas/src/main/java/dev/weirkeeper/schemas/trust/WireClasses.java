package dev.weirkeeper.schemas.trust;

import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Lets Avro load the generated record classes of {@code dev.weirkeeper.wire}.
 *
 * <p>What else the process trusts stays trusted. Thread-safe.
 */
public final class WireClasses {

  private static final String PACKAGE = "dev.weirkeeper.wire";

  static {
    ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(type -> PACKAGE.equals(type.getPackageName()), before));
  }

  private WireClasses() {}

  /**
   * Makes sure the classes are trusted. Everything in this module that reads, writes or hashes
   * records does so by itself; a program that uses the record builders before anything else calls
   * it first. Calling it again costs nothing.
   */
  public static void trust() {
    // The work is done once, when this class is initialized.
  }
}
