package dev.weirkeeper.executor.builtin.tickets;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code search_tickets} tool. Thread-safe. */
public final class SearchTickets {
  private static final int SUMMARY = 300;

  private final ToolDatabase database;

  /** Searches the given database, which stays the caller's to close. */
  public SearchTickets(ToolDatabase database) {
    this.database = database;
  }

  record Input(
      @Param(
              value =
                  "Words to look for in title and description, or a ticket id. Quotes group words,"
                      + " a minus before a word excludes it. Leave out to list by status only.",
              examples = {"password reset", "T-00042"},
              maxLength = 500)
          Optional<String> text,
      @Param("Only tickets with this status. Leave out for all.") Optional<Ticket.Status> status,
      @Param("Only tickets assigned to this user id.") Optional<String> assigneeId,
      @Param(value = "Most tickets to return.", defaultValue = "10", min = "1", max = "50")
          int limit) {}

  /**
   * What the model is told.
   *
   * @param total how many tickets match, shown or not
   * @param tickets the best matches first, else the most recently changed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(long total, List<Ticket> tickets, @Nullable String hint) {}

  /** Finds tickets. */
  @Tool(
      name = "search_tickets",
      description =
          "Searches the ticket system by words, status and assignee, and returns matching tickets"
              + " with id, title, shortened description, status, priority and people. Use it before"
              + " creating a ticket, to see whether one exists already.",
      readOnly = true,
      timeout = "15s")
  Answer search(Input input, ToolContext context) {
    return database.read(context, connection -> find(connection, input));
  }

  private static Answer find(Connection connection, Input input) throws SQLException {
    String text = input.text().map(String::strip).filter(words -> !words.isEmpty()).orElse(null);
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            WITH asked AS (
              SELECT ?::text AS text, ?::text AS status, ?::text AS assignee),
            matching AS (
              SELECT t.*, ts_rank(words, websearch_to_tsquery('english', coalesce(text, ''))) AS rank
              FROM tickets t, asked
              WHERE (text IS NULL
                     OR words @@ websearch_to_tsquery('english', text)
                     OR lower(ticket_id) = lower(text)
                     OR position(lower(text) IN lower(title)) > 0)
                AND (asked.status IS NULL OR t.status = asked.status)
                AND (assignee IS NULL OR assignee_id = assignee))
            SELECT %s, count(*) OVER () AS total FROM matching
            ORDER BY rank DESC, updated_at DESC, ticket_id LIMIT ?
            """
                .formatted(Ticket.COLUMNS))) {
      query.setString(1, text);
      query.setString(2, input.status().map(Ticket.Status::stored).orElse(null));
      query.setString(3, input.assigneeId().map(String::strip).orElse(null));
      query.setInt(4, input.limit());
      List<Ticket> tickets = new ArrayList<>();
      long total = 0;
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          total = row.getLong("total");
          tickets.add(Ticket.of(row).summarized(SUMMARY));
        }
      }
      return new Answer(total, tickets, hint(total, tickets.size()));
    }
  }

  private static @Nullable String hint(long total, int shown) {
    if (total == 0) {
      return "No ticket matches. Try fewer or other words, or leave out the status.";
    }
    return total > shown ? "Add words or a status to narrow the search." : null;
  }
}
