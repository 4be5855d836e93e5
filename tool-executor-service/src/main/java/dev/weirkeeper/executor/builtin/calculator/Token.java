package dev.weirkeeper.executor.builtin.calculator;

/**
 * A word of an expression.
 *
 * @param kind what it is
 * @param text as written
 * @param position its first character, counted from 1
 */
record Token(Kind kind, String text, int position) {

  enum Kind {
    NUMBER,
    NAME,
    PLUS,
    MINUS,
    TIMES,
    DIVIDE,
    FLOOR_DIVIDE,
    REMAINDER,
    POWER,
    FACTORIAL,
    OPEN,
    CLOSE,
    COMMA,
    END
  }

  /** How an error message names this token. */
  String described() {
    return switch (kind) {
      case END -> "the end of the expression";
      case NUMBER -> "the number " + text;
      case NAME -> "the name `" + text + "`";
      case PLUS,
          MINUS,
          TIMES,
          DIVIDE,
          FLOOR_DIVIDE,
          REMAINDER,
          POWER,
          FACTORIAL,
          OPEN,
          CLOSE,
          COMMA ->
          "`" + text + "`";
    };
  }
}
