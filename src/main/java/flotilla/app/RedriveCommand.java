package flotilla.app;

import flotilla.app.Redrive.Fate;
import flotilla.app.Redrive.Line;
import flotilla.config.FlotillaSettings;
import flotilla.domain.RequestId;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla redrive [ID...|--all]}: shows the requests that were given up, or puts them back. */
@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the requests that were given up: quarantined, because two workers died of their image, or undeliverable. "
                    + "With ids or --all puts them back into the request queue; their answer then stands in the failure's place.",
            "Settings: config/gateway.conf. For an embedded cloud: --set flotilla.aws.endpoints-file=DIR/endpoints.json."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:they were shown, or each was put back or has an answer",
            "1:one was not in quarantine, or queue or store could not be used",
            "2:wrong usage"
        })
final class RedriveCommand implements Callable<Integer> {
    private static final int MOST = 1_000_000;
    private static final int AT_A_TIME = 16;
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
    private static final String ROW = "%-36s  %-13s  %-20s  %3s  %-17s  %s%n";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "ids of requests to put back")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--all", description = "put back every request in quarantine")
    private boolean all;

    @Option(names = "--dry-run", description = "say what would be done, and change nothing")
    private boolean dryRun;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() {
        if (all && !ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "give ids or --all, not both");
        }
        List<RequestId> asked = ids.stream().map(this::id).toList();
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        FlotillaSettings settings = loaded.settings();
        try (CloudConnections cloud = CloudConnections.open(settings, 0)) {
            ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "redrive", loaded.config());
            try {
                Redrive redrive = new Redrive(
                        cloud.quarantine(system),
                        cloud.results(system),
                        cloud.attempts(system),
                        cloud.queue(settings.queue().request(), 1),
                        Clock.systemUTC());
                return run(redrive, asked);
            } finally {
                system.terminate();
                Processes.await(system.getWhenTerminated(), STOP_WITHIN);
            }
        }
    }

    private RequestId id(String text) {
        return RequestId.parse(text)
                .map(uuid -> new RequestId(uuid.toString()))
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "an id has 36 characters, as uploads are told it; not " + text));
    }

    /** Visible for tests: everything but the connections. */
    int run(Redrive redrive, List<RequestId> asked) {
        PrintWriter out = spec.commandLine().getOut();
        List<RequestId> those =
                asked.isEmpty() ? redrive.ids(MOST).toCompletableFuture().join() : asked;
        Function<RequestId, CompletionStage<Line>> step =
                asked.isEmpty() && !all ? redrive::look : dryRun ? redrive::rehearse : redrive::redrive;
        if (!those.isEmpty()) {
            out.printf(Locale.ROOT, ROW, "REQUEST", "CODE", "GIVEN UP", "GEN", "NOW", "FILE: WHY");
        }
        int[] counts = new int[Fate.values().length];
        for (int from = 0; from < those.size(); from += AT_A_TIME) {
            List<CompletableFuture<Line>> asking =
                    those.subList(from, Math.min(those.size(), from + AT_A_TIME)).stream()
                            .map(id -> step.apply(id)
                                    .exceptionally(failure -> Line.failed(id, failure))
                                    .toCompletableFuture())
                            .toList();
            List<Line> lines = asking.stream().map(CompletableFuture::join).toList();
            if (from == 0) {
                endIfNothingWorks(lines);
            }
            for (Line line : lines) {
                counts[line.fate().ordinal()]++;
                print(out, line);
            }
        }
        out.println(sum(counts, those.size()));
        out.flush();
        return counts[Fate.UNKNOWN.ordinal()] + counts[Fate.FAILED.ordinal()] == 0 ? 0 : 1;
    }

    /** A damaged record is told in its line and holds up no other; where all of the first fail it is the service. */
    private static void endIfNothingWorks(List<Line> lines) {
        if (lines.stream().allMatch(line -> line.fate() == Fate.FAILED)) {
            throw new CompletionException(lines.get(0).failure().orElseThrow());
        }
    }

    private static void print(PrintWriter out, Line line) {
        Optional<String[]> cells = line.quarantined().map(one -> new String[] {
            one.code().text(),
            one.at().truncatedTo(ChronoUnit.SECONDS).toString(),
            Integer.toString(one.request().generation()),
            printable(one.request().file() + ": " + one.reason())
        });
        String[] known = cells.orElse(new String[] {
            "-", "-", "-", line.failure().map(RedriveCommand::why).orElse("-")
        });
        out.printf(
                Locale.ROOT,
                ROW,
                line.id(),
                known[0],
                known[1],
                known[2],
                line.fate().words(),
                known[3]);
    }

    private static String why(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return printable(String.valueOf(cause.getMessage()));
    }

    /** What clients and workers have written neither steers the terminal nor turns the line around. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ");
    }

    private static String sum(int[] counts, int all) {
        if (all == 0) {
            return "nothing is in quarantine";
        }
        List<String> parts = new ArrayList<>();
        for (Fate fate : Fate.values()) {
            if (counts[fate.ordinal()] > 0) {
                parts.add(counts[fate.ordinal()] + " " + fate.words());
            }
        }
        String hint =
                counts[Fate.IN_QUARANTINE.ordinal()] > 0 ? "; flotilla redrive ID... or --all puts them back" : "";
        return String.join(", ", parts) + hint;
    }
}
