package dev.weirkeeper.executor.builtin.calculator;

import dev.weirkeeper.executor.builtin.calculator.Expression.Operator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokens by this grammar, in which a power binds tighter than the sign before it ({@code -2^2
 * = -4}) and groups to the right ({@code 2^3^2 = 2^9}).
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = signed { ("*" | "/" | "//" | "%") signed }
 * signed  = ("+" | "-") signed | power
 * power   = postfix [ ("^" | "**") signed ]
 * postfix = primary { "!" }
 * primary = number | constant | function "(" sum { "," sum } ")" | "(" sum ")"
 * </pre>
 */
final class Parser {
  private static final String OPERAND = "a number, a function, a constant or `(`";

  private final List<Token> tokens;
  private int next;
  private int depth;

  private Parser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * The tree of a whole expression.
   *
   * @throws Rejection at the first token that does not fit
   */
  static Expression parse(List<Token> tokens) {
    Parser parser = new Parser(tokens);
    if (parser.peek().kind() == Token.Kind.END) {
      throw Rejection.at(1, "the expression is empty", "write what to compute, such as 2 + 3 * 4");
    }
    Expression expression = parser.sum();
    if (parser.peek().kind() != Token.Kind.END) {
      throw parser.expected("an operator or the end of the expression");
    }
    return expression;
  }

  private Expression sum() {
    Expression left = product();
    while (true) {
      Operator operator =
          switch (peek().kind()) {
            case PLUS -> Operator.PLUS;
            case MINUS -> Operator.MINUS;
            default -> null;
          };
      if (operator == null) {
        return left;
      }
      int position = take().position();
      left = new Expression.Binary(operator, left, product(), position);
    }
  }

  private Expression product() {
    Expression left = signed();
    while (true) {
      Operator operator = productOperator();
      if (operator == null) {
        return left;
      }
      int position = take().position();
      left = new Expression.Binary(operator, left, signed(), position);
    }
  }

  private @Nullable Operator productOperator() {
    return switch (peek().kind()) {
      case TIMES -> Operator.TIMES;
      case DIVIDE -> Operator.DIVIDE;
      case FLOOR_DIVIDE -> Operator.FLOOR_DIVIDE;
      case REMAINDER -> Operator.REMAINDER;
      default -> null;
    };
  }

  private Expression signed() {
    Token token = peek();
    if (token.kind() != Token.Kind.PLUS && token.kind() != Token.Kind.MINUS) {
      return power();
    }
    take();
    deeper(token);
    Expression operand = signed();
    depth--;
    return token.kind() == Token.Kind.MINUS
        ? new Expression.Negation(operand, token.position())
        : operand;
  }

  private Expression power() {
    Expression base = postfix();
    Token token = peek();
    if (token.kind() != Token.Kind.POWER) {
      return base;
    }
    take();
    deeper(token);
    Expression exponent = signed();
    depth--;
    return new Expression.Binary(Operator.POWER, base, exponent, token.position());
  }

  private Expression postfix() {
    Expression operand = primary();
    while (peek().kind() == Token.Kind.FACTORIAL) {
      int position = take().position();
      operand = new Expression.Call(Function.FACTORIAL, List.of(operand), position);
    }
    return operand;
  }

  private Expression primary() {
    Token token = peek();
    return switch (token.kind()) {
      case NUMBER -> {
        take();
        yield new Expression.Literal(literal(token), token.position());
      }
      case NAME -> named(take());
      case OPEN -> {
        take();
        deeper(token);
        Expression inner = sum();
        depth--;
        close(token);
        yield inner;
      }
      default -> throw expected(OPERAND);
    };
  }

  private Expression named(Token name) {
    Quantity constant = Function.constant(name.text());
    if (constant != null) {
      return new Expression.Literal(constant, name.position());
    }
    Function function = Function.named(name.text());
    if (function == null) {
      throw Rejection.at(
          name.position(),
          "there is no function or constant `" + name.text() + "`",
          Function.knownNames());
    }
    Token open = peek();
    if (open.kind() != Token.Kind.OPEN) {
      throw Rejection.at(
          open.position(),
          "the function `" + function.name() + "` needs its arguments in parentheses",
          "write " + function.usage());
    }
    take();
    deeper(open);
    List<Expression> arguments = new ArrayList<>();
    if (peek().kind() != Token.Kind.CLOSE) {
      arguments.add(sum());
      while (peek().kind() == Token.Kind.COMMA) {
        take();
        arguments.add(sum());
      }
    }
    depth--;
    close(open);
    if (arguments.size() < function.minimum() || arguments.size() > function.maximum()) {
      throw Rejection.at(
          name.position(),
          "`" + function.name() + "` was given " + arguments.size() + " argument(s)",
          "write " + function.usage());
    }
    return new Expression.Call(function, List.copyOf(arguments), name.position());
  }

  private void close(Token open) {
    if (peek().kind() != Token.Kind.CLOSE) {
      throw expected("`)` to close the `(` at position " + open.position());
    }
    take();
  }

  private void deeper(Token token) {
    if (++depth > Calculator.MAX_DEPTH) {
      throw Rejection.at(
          token.position(),
          "the expression is nested more than " + Calculator.MAX_DEPTH + " levels deep",
          "compute the inner parts in calls of their own");
    }
  }

  private static Quantity literal(Token token) {
    try {
      // A trailing point, as in "5.", is fine to people and not to BigDecimal before an exponent.
      return Quantity.of(new BigDecimal(token.text().replaceFirst("\\.(?=[eE]|$)", "")));
    } catch (NumberFormatException | ArithmeticException e) {
      throw Rejection.at(
          token.position(),
          "the number " + token.text() + " is out of range",
          "exponents may be -" + Quantity.MAX_EXPONENT + " to " + Quantity.MAX_EXPONENT);
    } catch (Rejection rejection) {
      throw rejection.placedAt(token.position());
    }
  }

  private Rejection expected(String what) {
    Token found = peek();
    return Rejection.at(
        found.position(), "expected " + what + " but found " + found.described(), hint(found));
  }

  private String hint(Token found) {
    Token.Kind before = next == 0 ? Token.Kind.END : tokens.get(next - 1).kind();
    boolean afterOperand =
        before == Token.Kind.NUMBER || before == Token.Kind.NAME || before == Token.Kind.CLOSE;
    return switch (found.kind()) {
      case OPEN, NAME, NUMBER ->
          afterOperand
              ? "write the operator: multiplication is `*`, and names cannot follow numbers"
              : "check the part before this position";
      case COMMA -> "write numbers without separators: 1234567.89, not 1,234,567.89";
      case END -> "the expression stops too early: complete or remove its last part";
      case CLOSE -> "check that every `)` has its `(` and that nothing is missing before it";
      case TIMES, DIVIDE, FLOOR_DIVIDE, POWER, FACTORIAL ->
          "an operator needs an operand on its left: check for two operators in a row";
      case REMAINDER -> "`%` is the remainder of a division; write 15% of x as x * 15 / 100";
      case PLUS, MINUS -> "check the part before this position";
    };
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    return tokens.get(next++);
  }
}
