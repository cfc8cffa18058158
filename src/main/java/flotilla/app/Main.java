package flotilla.app;

import flotilla.config.SettingsException;
import flotilla.protocol.InfrastructureException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line. Exit status: 0 it worked, 1 it did not, 2 it was called wrongly. */
@Command(
        name = "flotilla",
        description = "Elastic image classification on plain EC2, or whole on this machine.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            DrillCommand.class,
            LocalCommand.class,
            GatewayCommand.class,
            WorkerProcessCommand.class,
            CloudCommand.class,
            ClassifyCommand.class,
            LoadCommand.class,
            WhyCommand.class,
            TraceCommand.class,
            CostCommand.class,
            TopCommand.class,
            RedriveCommand.class,
            ProvisionCommand.class,
            DestroyCommand.class,
            DoctorCommand.class,
            SimulateCommand.class,
            TestCommand.class,
            BenchCommand.class,
            ArchiveCommand.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:it worked", "1:it did not", "2:it was called wrongly"},
        footer = {"", "flotilla COMMAND --help tells more."})
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--verbose", hidden = true)
    private boolean verbose;

    /**
     * Scala's futures, seen as Java's, run each step on the common pool; on two cores that pool has one thread, and Java
     * then starts a thread for each step instead.
     */
    private static final String COMMON_POOL = "java.util.concurrent.ForkJoinPool.common.parallelism";

    public static void main(String[] args) {
        if (System.getProperty(COMMON_POOL) == null) {
            int cores = Runtime.getRuntime().availableProcessors();
            System.setProperty(COMMON_POOL, Integer.toString(Math.max(2, cores)));
        }
        System.exit(run(commandLine(), args));
    }

    /**
     * Runs a command to its end. An error, such as a damaged library's, is told like every other failure, and the process
     * ends by it: left to itself it would end one thread, and those of an actor system would keep the process.
     *
     * @return the exit status
     */
    static int run(CommandLine flotilla, String... args) {
        try {
            return flotilla.execute(args);
        } catch (Error e) {
            CommandLine command = flotilla;
            ParseResult parsed = flotilla.getParseResult();
            while (parsed != null && parsed.hasSubcommand()) {
                parsed = parsed.subcommand();
                command = parsed.commandSpec().commandLine();
            }
            return onFailure(e, command, flotilla.getParseResult());
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(Main::onFailure)
                .setParameterExceptionHandler(Main::onWrongUsage);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "which command? see flotilla --help");
    }

    private static int onFailure(Throwable failure, CommandLine command, ParseResult parsed) {
        Throwable cause = Processes.unwrapped(failure);
        boolean expected = cause instanceof SettingsException || cause instanceof InfrastructureException;
        String message =
                String.valueOf(expected ? cause.getMessage() : cause.toString()).replaceAll("\\s*\\R\\s*", " ");
        PrintWriter err = command.getErr();
        err.println(command.getCommandName() + ": " + message);
        if (isVerbose(parsed)) {
            failure.printStackTrace(err);
        } else if (!expected) {
            err.println(command.getCommandName() + ": this was not expected; --verbose shows where it happened");
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean isVerbose(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.hasMatchedOption("--verbose") || parsed.hasMatchedOption("--verbose");
    }

    private static int onWrongUsage(ParameterException wrong, String[] args) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(command.getCommandName() + ": " + wrong.getMessage().replaceAll("\\s*\\R\\s*", " ") + " (see "
                + command.getCommandSpec().qualifiedName() + " --help)");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }
}
