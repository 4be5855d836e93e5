package dev.weirkeeper.executor.builtin.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The {@code lookup_user} tool. Thread-safe. */
public final class LookupUser {
  private final ToolDatabase database;

  /** Looks users up in the given database, which stays the caller's to close. */
  public LookupUser(ToolDatabase database) {
    this.database = database;
  }

  record Input(
      @Param(
              value = "The user's id, such as u_001, or their e-mail address.",
              examples = {"u_001", "mara.lindqvist@example.com"},
              minLength = 1,
              maxLength = 254)
          String userId) {}

  /**
   * What the model is told.
   *
   * @param found whether there is such a user
   * @param user the user, if there is one
   * @param hint what to try otherwise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(boolean found, @Nullable User user, @Nullable String hint) {}

  record User(
      String userId,
      String name,
      String email,
      String department,
      String role,
      String status,
      Instant createdAt) {}

  /** Finds a user. */
  @Tool(
      name = "lookup_user",
      description =
          "Looks up one user in the company directory and returns their name, e-mail address,"
              + " department, role and status (active, suspended or left). Use it whenever you need"
              + " facts about a user whose id or e-mail address you know. It cannot search by name.",
      readOnly = true,
      timeout = "10s",
      maxResultBytes = 4096)
  Answer lookUp(Input input, ToolContext context) {
    String key = input.userId().strip();
    return database.read(context, connection -> find(connection, key));
  }

  private static Answer find(Connection connection, String key) throws SQLException {
    String column = key.contains("@") ? "email" : "user_id";
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT user_id, name, email, department, role, status, created_at FROM users"
                + " WHERE lower("
                + column
                + ") = lower(?)")) {
      query.setString(1, key);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? new Answer(true, user(row), null) : new Answer(false, null, hint(key));
      }
    }
  }

  private static User user(ResultSet row) throws SQLException {
    return new User(
        row.getString("user_id"),
        row.getString("name"),
        row.getString("email"),
        row.getString("department"),
        row.getString("role"),
        row.getString("status"),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }

  private static String hint(String key) {
    return key.contains("@")
        ? "No user has this e-mail address. Check its spelling or ask for the user's id."
        : key.contains(" ")
            ? "This looks like a name. Look the user up by id (such as u_001) or e-mail address;"
                + " ask for one of them."
            : "No user has this id. Ids look like u_001. Check it, or look the user up by e-mail"
                + " address.";
  }
}
