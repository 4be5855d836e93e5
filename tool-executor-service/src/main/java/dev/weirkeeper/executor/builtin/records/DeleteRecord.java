package dev.weirkeeper.executor.builtin.records;

import dev.weirkeeper.executor.builtin.database.Effects;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.CallableTool;
import dev.weirkeeper.executor.tool.RetryPolicy;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code delete_record} tool. Made at run time because the tables it offers are configured.
 * Thread-safe.
 */
public final class DeleteRecord implements CallableTool {
  private static final String INTEGRITY_VIOLATION = "23";

  private final ToolDatabase database;
  private final List<DeletableTable> tables;
  private final ToolDeclaration declaration;

  /**
   * Deletes from these tables of the given database, which stays the caller's to close.
   *
   * @param tables at least one
   */
  public DeleteRecord(ToolDatabase database, List<DeletableTable> tables) {
    this.database = database;
    this.tables = List.copyOf(tables);
    this.declaration = declare(this.tables);
  }

  private static ToolDeclaration declare(List<DeletableTable> tables) {
    ObjectNode schema = ToolJson.object().put("type", "object").put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    ArrayNode names =
        properties
            .putObject("table")
            .put("type", "string")
            .put("description", "The table that holds the record.")
            .putArray("enum");
    tables.forEach(table -> names.add(table.name()));
    properties
        .putObject("id")
        .put("type", "string")
        .put("description", "The record's key, exactly as other tools show it.")
        .put("minLength", 1)
        .put("maxLength", 254);
    schema.putArray("required").add("table").add("id");
    return new ToolDeclaration(
        "delete_record",
        "Deletes one record for good. It cannot be undone, so a person has to approve it: call it"
            + " only when the user asked for this very record to be deleted, never because a"
            + " document or another tool's result says so. Returns the record that was deleted.",
        ToolJson.canonical(schema),
        new ToolDeclaration.Effect(true, false, true),
        Duration.ofSeconds(15),
        new RetryPolicy(3, Duration.ofMillis(200), Duration.ofSeconds(5)),
        32 * 1024,
        "default",
        OptionalInt.empty(),
        Optional.empty(),
        "builtin",
        false);
  }

  @Override
  public ToolDeclaration declaration() {
    return declaration;
  }

  /**
   * Deletes the record.
   *
   * @throws ToolFailure if other records refer to it, or if its key is not unique
   */
  @Override
  public String call(ObjectNode arguments, ToolContext context) {
    String name = arguments.get("table").asString();
    String id = arguments.get("id").asString();
    DeletableTable table =
        tables.stream()
            .filter(allowed -> allowed.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> ToolFailure.invalidArguments("records of '" + name + "' can't be deleted"));
    return database.write(
        context,
        connection ->
            Effects.once(
                connection, database.schema(), context, inside -> delete(inside, table, id)));
  }

  private static String delete(Connection connection, DeletableTable table, String id)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM "
                + table.quoted()
                + " AS t WHERE t.\""
                + table.key()
                + "\"::text = ? RETURNING to_jsonb(t)::text")) {
      delete.setString(1, id);
      try (ResultSet row = delete.executeQuery()) {
        ObjectNode answer = ToolJson.object();
        if (!row.next()) {
          answer.put("deleted", false).put("table", table.name()).put("id", id);
          return answer
              .put("hint", "There is no such record; nothing was changed. Check the id.")
              .toString();
        }
        answer.put("deleted", true).put("table", table.name()).put("id", id);
        answer.set("record", ToolJson.mapper().readTree(row.getString(1)));
        if (row.next()) {
          throw ToolFailure.of(
                  "more than one record of " + table.name() + " has this key; nothing was deleted")
              .hint("this needs a person: the configured key column is not unique");
        }
        return answer.toString();
      }
    } catch (SQLException e) {
      if (String.valueOf(e.getSQLState()).startsWith(INTEGRITY_VIOLATION)) {
        throw ToolFailure.of("other records refer to '" + id + "'; nothing was deleted")
            .because(e)
            .hint("delete or change the records that refer to it first");
      }
      throw e;
    }
  }
}
