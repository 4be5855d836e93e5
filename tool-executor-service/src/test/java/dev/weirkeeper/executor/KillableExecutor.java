package dev.weirkeeper.executor;

import dev.weirkeeper.executor.builtin.database.DatabaseConfig;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.builtin.tickets.CreateOrUpdateTicket;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** An executor in a process of its own, to be killed. */
public final class KillableExecutor {

  private static final int PAUSE_MILLIS = 20;

  private KillableExecutor() {}

  /** A tool that changes something and can't take it back, nor tell whether it did. */
  static final class Charge {

    private final String url;

    Charge(String url) {
      this.url = url;
    }

    @Tool(name = "charge", description = "Charges a card", destructive = true, maxAttempts = 1)
    String charge(ToolContext context) throws SQLException, InterruptedException {
      Thread.sleep(PAUSE_MILLIS);
      try (Connection connection = DriverManager.getConnection(url);
          PreparedStatement insert =
              connection.prepareStatement("INSERT INTO charges (call_id) VALUES (?)")) {
        insert.setString(1, context.callId());
        insert.executeUpdate();
      }
      Thread.sleep(PAUSE_MILLIS);
      return "charged";
    }
  }

  public static void main(String[] arguments) {
    System.exit(
        ExecutorProcess.run(
            arguments,
            DatabaseConfig.CATALOGUE,
            settings -> {
              DatabaseConfig database = DatabaseConfig.from(settings);
              return List.of(
                  new Charge(database.url().orElseThrow()),
                  new CreateOrUpdateTicket(ToolDatabase.open(database)));
            }));
  }
}
