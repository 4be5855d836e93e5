package dev.weirkeeper.local.registry;

/** A request that can't be granted, with the protocol's own error code. */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int code;

  private Problem(int code, String message) {
    super(message);
    this.code = code;
  }

  /** The protocol's code: an HTTP status, or an HTTP status followed by two digits. */
  int code() {
    return code;
  }

  int status() {
    return code > 999 ? code / 100 : code;
  }

  static Problem subjectNotFound(String subject) {
    return new Problem(40401, "Subject '" + subject + "' not found.");
  }

  static Problem versionNotFound(int version) {
    return new Problem(40402, "Version " + version + " not found.");
  }

  static Problem schemaNotFound(String which) {
    return new Problem(40403, "Schema " + which + " not found.");
  }

  static Problem subjectNotDeletedFirst(String subject) {
    return new Problem(
        40405, "Subject '" + subject + "' was not deleted first before being permanently deleted.");
  }

  static Problem versionNotDeletedFirst(String subject, int version) {
    return new Problem(
        40407,
        "Subject '%s' version %d was not deleted first before being permanently deleted."
            .formatted(subject, version));
  }

  static Problem noLevel(String subject) {
    return new Problem(
        40408, "Subject '" + subject + "' does not have subject-level compatibility configured.");
  }

  static Problem noMode(String subject) {
    return new Problem(
        40409, "Subject '" + subject + "' does not have subject-level mode configured.");
  }

  static Problem incompatible(String subject, String level, Iterable<String> reasons) {
    return new Problem(
        409,
        "Schema being registered is incompatible with an earlier schema for subject \"%s\" (%s): %s"
            .formatted(subject, level, String.join("; ", reasons)));
  }

  static Problem unsupportedMediaType() {
    return new Problem(415, "The request must be JSON and say so in its Content-Type.");
  }

  static Problem invalidRequest(String why) {
    return new Problem(422, why);
  }

  static Problem invalidSchema(String why) {
    return new Problem(42201, "Invalid schema: " + why);
  }

  static Problem invalidVersion(String version) {
    return new Problem(
        42202,
        "The specified version '%s' is not valid. Allowed are positive numbers and \"latest\"."
            .formatted(version));
  }

  static Problem invalidLevel(String level) {
    return new Problem(42203, "Invalid compatibility level '" + level + "'.");
  }

  static Problem invalidMode(String mode) {
    return new Problem(42204, "Invalid mode '" + mode + "'. Valid are READWRITE and READONLY.");
  }

  static Problem readOnly(String subject) {
    return new Problem(42205, "Subject " + subject + " is in read-only mode.");
  }

  static Problem referenced(String subject, int version) {
    return new Problem(
        42206,
        "Version %d of subject '%s' is referenced by other schemas.".formatted(version, subject));
  }
}
