package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.Doctor;
import dev.weirkeeper.cli.cluster.Examination;
import dev.weirkeeper.cli.cluster.Examination.State;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.util.List;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;

@Section.Of(Section.START)
@Command(
    name = "doctor",
    description =
        "Check broker, topics, groups, schemas, services, agents and audit API; say what to fix."
            + " Returns 1 if something does not work.",
    footer = {"%nExamples:", "  weir doctor", "  weir doctor --json"})
final class DoctorCommand extends ClusterCommand {

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws ExecutionException, InterruptedException {
    List<Examination> all = new Doctor(cluster).examine();
    for (Examination one : all) {
      terminal.show(
          one,
          () ->
              switch (one.state()) {
                    case WELL -> terminal.styled(Style.GOOD, "ok    ");
                    case NOTE -> terminal.styled(Style.WARNING, "note  ");
                    case ILL -> terminal.styled(Style.BAD, "wrong ");
                  }
                  + one.subject()
                  + ": "
                  + one.found()
                  + one.fix().map(fix -> "\n      → " + fix).orElse(""));
    }
    return all.stream().anyMatch(one -> one.state() == State.ILL)
        ? ExitCode.OUTCOME
        : ExitCode.DONE;
  }
}
