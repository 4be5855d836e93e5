package dev.weirkeeper.executor.builtin.tickets;

import dev.weirkeeper.executor.builtin.database.Effects;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;

/** The {@code create_or_update_ticket} tool. Thread-safe. */
public final class CreateOrUpdateTicket {
  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private final ToolDatabase database;

  /** Keeps tickets in the given database, which stays the caller's to close. */
  public CreateOrUpdateTicket(ToolDatabase database) {
    this.database = database;
  }

  record Input(
      @Param(
              value = "The ticket to change. Leave out to create a new one.",
              examples = "T-00042",
              maxLength = 64)
          Optional<String> ticketId,
      @Param(
              value = "Short summary. Needed for a new ticket.",
              examples = "Cannot reset password",
              minLength = 1,
              maxLength = 200)
          Optional<String> title,
      @Param(value = "What happened and what is wanted, as plain text.", maxLength = 10_000)
          Optional<String> description,
      @Param("Status to set; a new ticket is open unless you say otherwise.")
          Optional<Ticket.Status> status,
      @Param("Priority to set; a new ticket is normal unless you say otherwise.")
          Optional<Ticket.Priority> priority,
      @Param(value = "User id of whoever needs help.", examples = "u_001", maxLength = 64)
          Optional<String> requesterId,
      @Param(value = "User id of whoever works on it.", examples = "u_009", maxLength = 64)
          Optional<String> assigneeId) {}

  /** What became of the ticket. */
  enum Action {
    CREATED,
    UPDATED
  }

  record Answer(Action action, Ticket ticket) {}

  /**
   * Creates or changes a ticket.
   *
   * @throws ToolFailure {@code invalid_arguments} for an unknown ticket or user
   */
  @Tool(
      name = "create_or_update_ticket",
      description =
          "Creates a ticket, or changes the given fields of an existing one if ticket_id is given;"
              + " fields left out stay as they are. Returns the ticket as it is now. Search with"
              + " search_tickets first, so that no ticket is created twice.",
      idempotent = true,
      timeout = "15s",
      maxResultBytes = 32 * 1024)
  String save(Input input, ToolContext context) {
    if (input.ticketId().isEmpty() && input.title().filter(t -> !t.isBlank()).isEmpty()) {
      throw ToolFailure.invalidArguments("a new ticket needs a title")
          .hint("give a title, or the ticket_id of the ticket to change");
    }
    if (input.ticketId().isPresent() && nothingToChange(input)) {
      throw ToolFailure.invalidArguments("there is nothing to change: only ticket_id was given")
          .hint("give at least one field to change; search_tickets shows a ticket");
    }
    return database.write(
        context,
        connection ->
            Effects.once(connection, database.schema(), context, inside -> save(inside, input)));
  }

  private static boolean nothingToChange(Input input) {
    return Stream.of(
            input.title(),
            input.description(),
            input.status(),
            input.priority(),
            input.requesterId(),
            input.assigneeId())
        .allMatch(Optional::isEmpty);
  }

  private static String save(Connection connection, Input input) throws SQLException {
    boolean creates = input.ticketId().isEmpty();
    try (PreparedStatement change =
        connection.prepareStatement((creates ? INSERT : UPDATE) + Ticket.COLUMNS)) {
      change.setString(1, input.title().map(String::strip).orElse(null));
      change.setString(2, input.description().orElse(null));
      change.setString(3, input.status().map(Ticket.Status::stored).orElse(null));
      change.setString(4, input.priority().map(Ticket.Priority::stored).orElse(null));
      change.setString(5, input.requesterId().map(String::strip).orElse(null));
      change.setString(6, input.assigneeId().map(String::strip).orElse(null));
      if (!creates) {
        change.setString(7, input.ticketId().orElseThrow().strip());
      }
      try (ResultSet row = change.executeQuery()) {
        if (!row.next()) {
          throw ToolFailure.invalidArguments(
                  "there is no ticket '" + input.ticketId().orElseThrow() + "'")
              .hint("find it with search_tickets, or leave out ticket_id to create a new one");
        }
        return ToolJson.content(
            new Answer(creates ? Action.CREATED : Action.UPDATED, Ticket.of(row)));
      }
    } catch (SQLException e) {
      if (FOREIGN_KEY_VIOLATION.equals(e.getSQLState())) {
        throw ToolFailure.invalidArguments("requester_id or assignee_id is not a user's id")
            .because(e)
            .hint("ids look like u_001; check them with lookup_user");
      }
      throw e;
    }
  }

  private static final String INSERT =
      """
      INSERT INTO tickets (title, description, status, priority, requester_id, assignee_id)
      VALUES (?, coalesce(?, ''), coalesce(?, 'open'), coalesce(?, 'normal'), ?, ?)
      RETURNING\s""";

  private static final String UPDATE =
      """
      UPDATE tickets SET
        title = coalesce(?, title),
        description = coalesce(?, description),
        status = coalesce(?, status),
        priority = coalesce(?, priority),
        requester_id = coalesce(?, requester_id),
        assignee_id = coalesce(?, assignee_id),
        updated_at = now()
      WHERE lower(ticket_id) = lower(?)
      RETURNING\s""";
}
