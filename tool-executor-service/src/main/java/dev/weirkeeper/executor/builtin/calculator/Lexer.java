package dev.weirkeeper.executor.builtin.calculator;

import java.util.ArrayList;
import java.util.List;

/** Splits an expression into tokens. Only ASCII digits and letters are read as such. */
final class Lexer {
  private static final int MAX_NAME = 32;

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int next;

  private Lexer(String text) {
    this.text = text;
  }

  /**
   * The tokens of {@code text}, closed by an {@link Token.Kind#END}.
   *
   * @throws Rejection at a character that starts no token
   */
  static List<Token> split(String text) {
    return new Lexer(text).run();
  }

  private List<Token> run() {
    while (next < text.length()) {
      char c = text.charAt(next);
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        next++;
      } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
        number();
      } else if (isLetter(c)) {
        name();
      } else {
        symbol(c);
      }
      if (tokens.size() > Calculator.MAX_TOKENS) {
        throw Rejection.at(
            next,
            "the expression has more than " + Calculator.MAX_TOKENS + " numbers, names and signs",
            "split it into several calls");
      }
    }
    add(Token.Kind.END, text.length(), text.length());
    return tokens;
  }

  private void number() {
    int start = next;
    digits();
    if (peek(0) == '.') {
      next++;
      digits();
    }
    if ((peek(0) == 'e' || peek(0) == 'E') && exponentFollows()) {
      next += isDigit(peek(1)) ? 1 : 2;
      digits();
    }
    if (peek(0) == '.') {
      throw Rejection.at(
          next + 1, "a number has one decimal point only", "write the number as 1234.5");
    }
    add(Token.Kind.NUMBER, start, next);
  }

  private boolean exponentFollows() {
    return isDigit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && isDigit(peek(2)));
  }

  private void digits() {
    while (isDigit(peek(0))) {
      next++;
    }
  }

  private void name() {
    int start = next;
    while (isLetter(peek(0)) || isDigit(peek(0))) {
      next++;
    }
    if (next - start > MAX_NAME) {
      throw Rejection.at(
          start + 1, "no function or constant has so long a name", Function.knownNames());
    }
    add(Token.Kind.NAME, start, next);
  }

  private void symbol(char c) {
    int start = next;
    boolean doubled = peek(1) == c;
    Token.Kind kind =
        switch (c) {
          case '+' -> Token.Kind.PLUS;
          case '-', '\u2212' -> Token.Kind.MINUS;
          case '*' -> doubled ? Token.Kind.POWER : Token.Kind.TIMES;
          case '\u00d7', '\u00b7' -> Token.Kind.TIMES;
          case '/' -> doubled ? Token.Kind.FLOOR_DIVIDE : Token.Kind.DIVIDE;
          case '\u00f7' -> Token.Kind.DIVIDE;
          case '%' -> Token.Kind.REMAINDER;
          case '^' -> Token.Kind.POWER;
          case '!' -> Token.Kind.FACTORIAL;
          case '(' -> Token.Kind.OPEN;
          case ')' -> Token.Kind.CLOSE;
          case ',' -> Token.Kind.COMMA;
          default -> throw unknown();
        };
    next += doubled && (c == '*' || c == '/') ? 2 : 1;
    add(kind, start, next);
  }

  private Rejection unknown() {
    int codePoint = text.codePointAt(next);
    String shown =
        switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.SPACE_SEPARATOR,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              "";
          default -> " `" + Character.toString(codePoint) + "`";
        };
    String hint =
        codePoint == '$' || codePoint == '\u20ac' || codePoint == '\u00a3'
            ? "write amounts without a currency sign"
            : "use numbers, + - * / // % ^ ! ( ) , and the listed functions only; no variables,"
                + " assignments, comparisons, text or code";
    return Rejection.at(
        next + 1,
        "the character" + shown + String.format(" (U+%04X) has no meaning here", codePoint),
        hint);
  }

  private char peek(int ahead) {
    int at = next + ahead;
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void add(Token.Kind kind, int start, int end) {
    tokens.add(new Token(kind, text.substring(start, end), start + 1));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
