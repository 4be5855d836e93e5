package dev.weirkeeper.system.chaos;

import dev.weirkeeper.system.check.Dump;
import dev.weirkeeper.system.check.DumpFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Runs of a few sessions and kills, one for each guarantee, made once for all tests. */
public final class ShortRuns {

  private static final int SESSIONS = Integer.getInteger("chaos.sessions", 36);
  private static final int KILLS = Integer.getInteger("chaos.kills", 7);
  private static final int AT_ONCE = 24;

  private static @Nullable ShortRun exactlyOnce;
  private static @Nullable ShortRun atLeastOnce;

  private ShortRuns() {}

  /** A run and what it left behind. */
  public record ShortRun(ChaosReport report, Dump dump) {}

  /** The one with transactions, with two planners and a bad network. */
  public static synchronized ShortRun exactlyOnce() throws IOException, InterruptedException {
    ShortRun made = exactlyOnce == null ? run(true, 2, true) : exactlyOnce;
    exactlyOnce = made;
    return made;
  }

  /** The one without, with one planner. */
  public static synchronized ShortRun atLeastOnce() throws IOException, InterruptedException {
    ShortRun made = atLeastOnce == null ? run(false, 1, false) : atLeastOnce;
    atLeastOnce = made;
    return made;
  }

  private static ShortRun run(boolean exactlyOnce, int planners, boolean network)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("weir-chaos-");
    ChaosPlan plan =
        new ChaosPlan(
            data,
            Long.getLong("chaos.seed", 1),
            exactlyOnce,
            SESSIONS,
            AT_ONCE,
            KILLS,
            network,
            planners,
            2,
            1);
    ChaosReport report = ChaosRun.run(plan);
    Dump dump = DumpFile.read(ChaosRun.dumpIn(data));
    if (report.passed()) {
      ChaosRun.delete(data);
    }
    return new ShortRun(report, dump);
  }
}
