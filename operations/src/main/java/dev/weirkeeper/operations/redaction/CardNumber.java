package dev.weirkeeper.operations.redaction;

/**
 * Numbers of payment cards: those whose length and first digits an issuer uses and whose check
 * digit is right (ISO/IEC 7812, Luhn).
 */
final class CardNumber {

  private CardNumber() {}

  /** True if the digits in the text, spaces and dashes aside, are one. */
  static boolean is(String text) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits.append(c);
      }
    }
    return issued(digits) && checks(digits);
  }

  private static boolean issued(CharSequence digits) {
    int length = digits.length();
    if (length < 14) {
      return false;
    }
    int four = Integer.parseInt(digits, 0, 4, 10);
    int two = four / 100;
    return switch (length) {
      case 14 -> (four >= 3000 && four <= 3059) || two == 36 || two == 38 || two == 39;
      case 15 -> two == 34 || two == 37;
      case 16 ->
          four / 1000 == 4
              || (two >= 51 && two <= 55)
              || (four >= 2221 && four <= 2720)
              || four == 6011
              || two == 65
              || two == 62
              || (four >= 6440 && four <= 6499)
              || (four >= 3528 && four <= 3589);
      default -> false;
    };
  }

  private static boolean checks(CharSequence digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) {
        digit *= 2;
      }
      sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
  }
}
