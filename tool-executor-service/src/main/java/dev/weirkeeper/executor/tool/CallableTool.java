package dev.weirkeeper.executor.tool;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool made at run time. Tools known when the code is written are easier as methods marked {@link
 * Tool}.
 *
 * <p>Implementations are thread-safe: calls run at the same time.
 */
public interface CallableTool {

  /** What it is. Always the same for one object. */
  ToolDeclaration declaration();

  /**
   * Runs one call.
   *
   * @param arguments valid by the declaration's schema, with its defaults filled in
   * @return the result: text as it is, everything else written as JSON, null for none
   * @throws ToolFailure to say what went wrong
   * @throws Exception anything else, reported without its text
   */
  @Nullable Object call(ObjectNode arguments, ToolContext context) throws Exception;

  /**
   * Finds out whether an earlier run of a call took effect. Asked only for tools that are neither
   * read-only nor idempotent, after an executor died in the middle of a call.
   */
  default Reconciliation reconcile(ObjectNode arguments, ToolContext context) throws Exception {
    return Reconciliation.cannotTell();
  }
}
