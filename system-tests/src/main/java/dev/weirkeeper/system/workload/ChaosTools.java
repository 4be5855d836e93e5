package dev.weirkeeper.system.workload;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Reconciliation;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.operations.failpoint.FailPoint;
import java.sql.SQLException;

/** One tool for each way in which a call may be safe to repeat, or not. */
final class ChaosTools {

  private final World world;

  ChaosTools(World world) {
    this.world = world;
  }

  record Item(@Param("what to look for") String item) {}

  record Stock(String item, int stock) {}

  @Tool(name = "read_stock", description = "Tells how much there is.", readOnly = true)
  Stock readStock(Item input) {
    return new Stock(input.item(), Math.floorMod(input.item().hashCode(), 1000));
  }

  /** Has a second to answer, so that one that is not there is soon given up. */
  @Tool(name = "blink", description = "Blinks.", readOnly = true, timeout = "1s")
  Stock blink(Item input) {
    return new Stock(input.item(), 1);
  }

  record Credit(@Param("whose") String account, @Param("how much") int amount) {}

  record Balance(String account, long balance) {}

  /** Safe to repeat with the same key. */
  @Tool(name = "credit", description = "Adds to an account.", idempotent = true)
  Balance credit(Credit input, ToolContext context) throws SQLException {
    long balance =
        world.credit(context.idempotencyKey(), input.account(), input.amount(), input.toString());
    FailPoint.reached("tool.effect-made");
    return new Balance(input.account(), balance);
  }

  record Letter(@Param("to whom") String to) {}

  record Posted(String to) {}

  /** Not safe to repeat, and there is no asking. */
  @Tool(name = "post_letter", description = "Posts a letter.")
  Posted postLetter(Letter input, ToolContext context) throws SQLException {
    world.change("post_letter", context.callId(), input.toString());
    FailPoint.reached("tool.effect-made");
    return new Posted(input.to());
  }

  record Seat(@Param("which") String seat) {}

  record Booked(String seat) {}

  /** Not safe to repeat, but one can ask whether it happened. */
  @Tool(name = "book_seat", description = "Books a seat.", reconcile = "bookedBefore")
  Booked bookSeat(Seat input, ToolContext context) throws SQLException {
    world.change("book_seat", context.callId(), input.toString());
    FailPoint.reached("tool.effect-made");
    return new Booked(input.seat());
  }

  Reconciliation bookedBefore(Seat input, ToolContext context) throws SQLException {
    return world.changed("book_seat", context.callId())
        ? Reconciliation.happened(new Booked(input.seat()))
        : Reconciliation.notHappened();
  }

  record What(@Param("what to wipe") String what) {}

  record Wiped(String what) {}

  /** Needs a person. */
  @Tool(name = "wipe", description = "Wipes something for good.", destructive = true)
  Wiped wipe(What input, ToolContext context) throws SQLException {
    world.change("wipe", context.callId(), input.toString());
    FailPoint.reached("tool.effect-made");
    return new Wiped(input.what());
  }

  record Pause(@Param("how long, in milliseconds") int millis) {}

  record Counted(int millis) {}

  /** Runs for longer than a lock lasts. */
  @Tool(
      name = "count_slowly",
      description = "Counts for a while.",
      readOnly = true,
      timeout = "60s")
  Counted countSlowly(Pause input) throws InterruptedException {
    Thread.sleep(input.millis());
    return new Counted(input.millis());
  }

  record SlowLetter(
      @Param("to whom") String to, @Param("how long it takes, in milliseconds") int millis) {}

  /** The same with an effect at its end. */
  @Tool(name = "post_slowly", description = "Posts a letter after a while.", timeout = "60s")
  Posted postSlowly(SlowLetter input, ToolContext context)
      throws InterruptedException, SQLException {
    Thread.sleep(input.millis());
    world.change("post_slowly", context.callId(), input.toString());
    FailPoint.reached("tool.effect-made");
    return new Posted(input.to());
  }
}
