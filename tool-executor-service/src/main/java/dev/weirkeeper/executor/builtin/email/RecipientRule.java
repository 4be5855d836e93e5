package dev.weirkeeper.executor.builtin.email;

import java.util.Locale;

/**
 * Who may be written to: one address ({@code ann@example.com}), everybody at a domain ({@code
 * example.com}), or everybody ({@code *}). A domain does not stand for the ones below it.
 *
 * @param text as above, in lower case
 */
record RecipientRule(String text) {

  private static final String EVERYBODY = "*";

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static RecipientRule parse(String text) {
    String rule = text.toLowerCase(Locale.ROOT);
    if (!rule.equals(EVERYBODY) && !Mailbox.isDomain(rule) && Mailbox.read(rule).isEmpty()) {
      throw new IllegalArgumentException(
          "addresses such as ann@example.com, domains such as example.com, or *");
    }
    return new RecipientRule(rule);
  }

  /** True if this address may be written to. */
  boolean allows(Mailbox mailbox) {
    return text.equals(EVERYBODY)
        || text.equals(mailbox.domain())
        || text.equals(mailbox.toString().toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return text.equals(EVERYBODY) ? "anybody" : text.contains("@") ? text : "anybody at " + text;
  }
}
