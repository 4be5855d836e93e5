package dev.weirkeeper.executor.builtin;

import dev.weirkeeper.executor.builtin.calculator.CalculatorTool;
import dev.weirkeeper.executor.builtin.database.DatabaseConfig;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.builtin.documents.DocumentConfig;
import dev.weirkeeper.executor.builtin.documents.SearchDocuments;
import dev.weirkeeper.executor.builtin.email.EmailConfig;
import dev.weirkeeper.executor.builtin.email.SendEmail;
import dev.weirkeeper.executor.builtin.http.HttpConfig;
import dev.weirkeeper.executor.builtin.http.HttpRequest;
import dev.weirkeeper.executor.builtin.people.AskHuman;
import dev.weirkeeper.executor.builtin.records.DeletableTable;
import dev.weirkeeper.executor.builtin.records.DeleteRecord;
import dev.weirkeeper.executor.builtin.sql.ExecuteSqlWrite;
import dev.weirkeeper.executor.builtin.sql.SqlConfig;
import dev.weirkeeper.executor.builtin.sql.SqlQuery;
import dev.weirkeeper.executor.builtin.tickets.CreateOrUpdateTicket;
import dev.weirkeeper.executor.builtin.tickets.SearchTickets;
import dev.weirkeeper.executor.builtin.users.LookupUser;
import dev.weirkeeper.executor.mcp.McpTools;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shipped tools that the settings provide for, and those of MCP servers. A tool whose backing
 * is not configured is left out, with one log line that names the setting.
 *
 * <p>Opening needs no other system to be up: a tool whose database or server is down is offered and
 * fails, in a way that is worth a retry, until it is back. Thread-safe.
 */
public final class BuiltinTools implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BuiltinTools.class);

  /** Every setting of the shipped tools. */
  public static final Catalogue CATALOGUE =
      DatabaseConfig.CATALOGUE
          .and(Catalogue.of(DeletableTable.TABLES))
          .and(SqlConfig.CATALOGUE)
          .and(HttpConfig.CATALOGUE)
          .and(DocumentConfig.CATALOGUE)
          .and(EmailConfig.CATALOGUE)
          .and(Catalogue.of(AskHuman.OFFERED))
          .and(McpTools.CATALOGUE);

  private final List<Object> tools = new ArrayList<>();
  private final List<Runnable> closing = new ArrayList<>();

  private BuiltinTools() {}

  /**
   * The tools that these settings provide for, read with {@link #CATALOGUE} among others.
   *
   * @throws ConfigurationException if a file that they name can't be used
   */
  public static BuiltinTools from(Settings settings) {
    BuiltinTools builtin = new BuiltinTools();
    builtin.tools.add(new CalculatorTool());
    builtin.addDatabaseTools(settings);
    builtin.addHttpRequest(HttpConfig.from(settings));
    builtin.addDocuments(DocumentConfig.from(settings));
    builtin.addEmail(EmailConfig.from(settings));
    if (settings.get(AskHuman.OFFERED)) {
      builtin.tools.add(new AskHuman());
    }
    settings.get(McpTools.FILE).ifPresent(builtin::addMcp);
    return builtin;
  }

  /** Objects to make a {@link dev.weirkeeper.executor.tool.ToolCatalogue} of. */
  public List<Object> tools() {
    return List.copyOf(tools);
  }

  private void addDatabaseTools(Settings settings) {
    DatabaseConfig config = DatabaseConfig.from(settings);
    if (config.url().isEmpty()) {
      leftOut(
          "lookup_user, search_tickets, create_or_update_ticket, delete_record, sql_query,"
              + " execute_sql_write",
          DatabaseConfig.URL);
      return;
    }
    ToolDatabase database = ToolDatabase.open(config);
    closing.add(database::close);
    try {
      database.prepare();
    } catch (ToolFailure e) {
      LOG.warn(
          "The database of {} can't be used yet: {}. Its tools fail until it can.",
          DatabaseConfig.URL,
          e.message(),
          e);
    }
    tools.add(new LookupUser(database));
    tools.add(new SearchTickets(database));
    tools.add(new CreateOrUpdateTicket(database));
    settings
        .get(DeletableTable.TABLES)
        .filter(tables -> !tables.isEmpty())
        .ifPresentOrElse(
            tables -> tools.add(new DeleteRecord(database, tables)),
            () -> leftOut("delete_record", DeletableTable.TABLES));
    SqlConfig sql = SqlConfig.from(settings);
    sql.reader()
        .ifPresentOrElse(
            login -> tools.add(new SqlQuery(database, login, sql.createRoles())),
            () -> leftOut("sql_query", SqlConfig.QUERY_USER));
    sql.writer()
        .ifPresentOrElse(
            login -> tools.add(new ExecuteSqlWrite(database, login, sql.createRoles())),
            () -> leftOut("execute_sql_write", SqlConfig.WRITE_USER));
  }

  private void addHttpRequest(HttpConfig config) {
    if (!config.offers()) {
      leftOut("http_request", HttpConfig.HOSTS);
      return;
    }
    HttpRequest tool = new HttpRequest(config);
    closing.add(tool::close);
    tools.add(tool);
  }

  private void addDocuments(DocumentConfig config) {
    if (config.folder().isEmpty()) {
      leftOut("search_documents", DocumentConfig.FOLDER);
      return;
    }
    SearchDocuments tool = new SearchDocuments(config);
    closing.add(tool::close);
    tools.add(tool);
  }

  private void addEmail(EmailConfig config) {
    if (config.host().isEmpty()) {
      leftOut("send_email", EmailConfig.HOST);
      return;
    }
    try {
      tools.add(new SendEmail(config));
    } catch (IllegalArgumentException e) {
      throw wrong(EmailConfig.AUTHORITIES, e);
    }
  }

  private void addMcp(Path file) {
    try {
      McpTools mcp = McpTools.of(file);
      closing.add(mcp::close);
      tools.addAll(mcp.tools());
    } catch (IllegalArgumentException e) {
      throw wrong(McpTools.FILE, e);
    }
  }

  /** A file that a setting names can't be used, which is only known once it has been read. */
  private static ConfigurationException wrong(Setting<?> setting, IllegalArgumentException e) {
    return new ConfigurationException(
        List.of(new Problem(setting.key(), "a file", "one that can be used; " + e.getMessage())));
  }

  private static void leftOut(String tools, Setting<?> setting) {
    LOG.info("Not offered: {}. Set {} to offer it.", tools, setting);
  }

  /** Closes connections; calls under way fail. */
  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
  }
}
