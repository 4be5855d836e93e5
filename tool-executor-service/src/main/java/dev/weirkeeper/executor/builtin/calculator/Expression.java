package dev.weirkeeper.executor.builtin.calculator;

import java.util.ArrayList;
import java.util.List;

/**
 * The tree of an expression. Each node knows the character (from 1) that an error of its own is
 * blamed on.
 */
sealed interface Expression {

  int position();

  /** A number or constant. */
  record Literal(Quantity value, int position) implements Expression {}

  /** A sign before an operand. */
  record Negation(Expression operand, int position) implements Expression {}

  /** An operator between two operands. */
  record Binary(Operator operator, Expression left, Expression right, int position)
      implements Expression {}

  /** A function with its arguments; their number has been checked. */
  record Call(Function function, List<Expression> arguments, int position) implements Expression {}

  /** What stands between two operands. */
  enum Operator {
    PLUS,
    MINUS,
    TIMES,
    DIVIDE,
    FLOOR_DIVIDE,
    REMAINDER,
    POWER
  }

  /**
   * The value of a tree.
   *
   * @throws Rejection where it has none
   */
  static Quantity evaluate(Expression expression) {
    try {
      return switch (expression) {
        case Literal literal -> literal.value();
        case Negation negation -> evaluate(negation.operand()).negated();
        case Binary binary ->
            apply(binary.operator(), evaluate(binary.left()), evaluate(binary.right()));
        case Call call -> {
          List<Quantity> values = new ArrayList<>(call.arguments().size());
          for (Expression argument : call.arguments()) {
            values.add(evaluate(argument));
          }
          yield call.function().apply(values);
        }
      };
    } catch (Rejection rejection) {
      throw rejection.placedAt(expression.position());
    }
  }

  private static Quantity apply(Operator operator, Quantity left, Quantity right) {
    return switch (operator) {
      case PLUS -> left.plus(right);
      case MINUS -> left.plus(right.negated());
      case TIMES -> left.times(right);
      case DIVIDE -> left.dividedBy(right);
      case FLOOR_DIVIDE -> left.dividedBy(right).floor();
      case REMAINDER -> left.remainder(right);
      case POWER -> left.power(right);
    };
  }
}
