package dev.weirkeeper.audit.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a token is for. Every role may read. */
public enum Role {
  VIEWER,
  OPERATOR,
  APPROVER,
  ADMIN;

  /** True if the role includes a right. */
  public boolean has(Right right) {
    return switch (right) {
      case VIEW -> true;
      case OPERATE -> this == OPERATOR || this == ADMIN;
      case DECIDE -> this == APPROVER || this == ADMIN;
      case ADMINISTER -> this == ADMIN;
    };
  }

  /** The name as people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The role of a name.
   *
   * @throws IllegalArgumentException saying which there are
   */
  public static Role of(String word) {
    return Arrays.stream(values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is no role: there are %s"
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(Role::word)
                                .collect(Collectors.joining(", ")))));
  }
}
