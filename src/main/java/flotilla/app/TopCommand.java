package flotilla.app;

import flotilla.protocol.InfrastructureException;
import flotilla.top.BatchView;
import flotilla.top.Glyphs;
import flotilla.top.LiveView;
import flotilla.top.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla top}: queue, images, instances and decisions as they are now, on a terminal. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description = {
            "Shows queue, images, instances and the newest scaling decisions, again and again: what the page shows, for a terminal.",
            "Keys: q or Ctrl-C ends it, space looks now, Ctrl-L draws everything anew."
        },
        sortOptions = false,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:it was shown",
            "1:no gateway answered, at the last look or (--once) at the only one, or it refused the key",
            "2:wrong usage"
        })
final class TopCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final int NARROWEST = 20;
    private static final int WIDEST = 1000;
    /** Of lines that no terminal shows. */
    private static final int WIDTH_OF_TEXT = 120;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "2s",
            converter = TimeConverter.class,
            description = "between two looks, such as 500ms or 5s (default: ${DEFAULT-VALUE})")
    private Duration interval;

    @Option(names = "--once", description = "print one frame as plain text, and end")
    private boolean once;

    @Option(
            names = {"-b", "--batch"},
            description =
                    "print frame after frame as plain text, an empty line between them; so it is too where output or "
                            + "input is no terminal")
    private boolean batch;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "end after N looks (default: only when told to)")
    private Long count;

    @Option(
            names = {"-w", "--width"},
            paramLabel = "COLUMNS",
            description = "width of plain text (default: the environment variable COLUMNS, that of the terminal, or "
                    + WIDTH_OF_TEXT + ")")
    private Integer width;

    @Option(names = "--json", description = "print each look as one line of JSON; with --once just one")
    private boolean json;

    @Mixin
    private GatewayOptions gateways;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException, IOException {
        require(interval.compareTo(SHORTEST) >= 0, "--interval is at least 100ms");
        require(count == null || count >= 1, "--count is at least 1");
        require(!once || count == null, "--once is a count of 1; give one of them");
        require(width == null || isWidth(width), "--width is from " + NARROWEST + " to " + WIDEST + " columns");
        GatewayApi gateway = gateways.gateways(options, "top");
        long most = once ? 1 : count == null ? Long.MAX_VALUE : count;
        Watch watch = new Watch(gateway::url, gateway::get, Clock.systemUTC());
        // What will not get better by itself ends it; a gateway that is away may come back, unless one look is all.
        Optional<InfrastructureException> trouble = watch.look().filter(why -> once || why.isPermanent());
        if (trouble.isPresent()) {
            throw trouble.get();
        }
        boolean plain = once || batch || json || !Terminals.isThere();
        if (plain || !LiveView.onTerminal(watch, glyphs(), interval, Clock.systemUTC(), most)) {
            print(watch, most);
        }
        return watch.isAnswered() ? 0 : 1;
    }

    private void print(Watch watch, long most) throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        // A writer on standard output never hears of a reader that is gone; that stream itself keeps it.
        BooleanSupplier nobodyReads = () -> out.checkError() || System.out.checkError();
        BatchView view = json
                ? BatchView.json(watch, out, nobodyReads, TopCommand::pause)
                : BatchView.frames(watch, width(System.getenv()), glyphs(), out, nobodyReads, TopCommand::pause);
        view.run(interval, json ? "" : "\n", most);
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    private static Glyphs glyphs() {
        return Glyphs.in(Terminals.charset());
    }

    /** Columns of plain text. An environment that says nonsense says nothing. */
    int width(Map<String, String> environment) throws IOException {
        if (width != null) {
            return width;
        }
        String columns = environment.getOrDefault("COLUMNS", "");
        if (columns.matches("\\d{1,4}") && isWidth(Integer.parseInt(columns))) {
            return Integer.parseInt(columns);
        }
        return Terminals.isThere() ? BatchView.columnsOfTerminal().orElse(WIDTH_OF_TEXT) : WIDTH_OF_TEXT;
    }

    private static boolean isWidth(int columns) {
        return columns >= NARROWEST && columns <= WIDEST;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
