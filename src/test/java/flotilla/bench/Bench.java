package flotilla.bench;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla bench}: measures the rows one after the other and reports them; started by {@code bench/run}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures Flotilla against what the same machine can do at best, row by row; bench/README.md.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:every row was measured, whether it met its target or not",
            "1:a row could not be measured",
            "2:wrong usage"
        })
final class Bench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--only",
            paramLabel = "ROW",
            split = ",",
            description = "these rows only, such as limit,http; --list names all")
    private List<String> only = List.of();

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "resnet18 (default; the targets are for it) or bundled, in the rows that bench/README.md names")
    private String model = Subject.STANDARD.model().option();

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description = "fp32 (default; the targets are for it), bf16 or int8, where the model has it")
    private String precision = Subject.STANDARD.precision();

    @Option(names = "--runs", paramLabel = "N", description = "runs of each figure (default: 5, with --quick 1)")
    private Integer runs;

    @Option(names = "--quick", description = "short runs, to see that everything works; not for figures")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "the report as JSON (default: target/bench/results.json)")
    private Path out = Path.of("target", "bench", "results.json");

    @Option(names = "--list", description = "name the rows and what they measure, and end")
    private boolean list;

    @Option(names = "--verbose", description = "stack traces of rows that fail")
    private boolean verbose;

    public static void main(String[] args) {
        System.exit(commandLine(new Bench()).execute(args));
    }

    static CommandLine commandLine(Bench bench) {
        return new CommandLine(bench)
                .setExecutionExceptionHandler((failure, command, parsed) -> fail(command, failure, 1))
                .setParameterExceptionHandler((wrong, args) -> fail(wrong.getCommandLine(), wrong, 2));
    }

    private static int fail(CommandLine command, Exception failure, int status) {
        String message = failure instanceof ParameterException || failure instanceof SettingsException
                ? failure.getMessage()
                : failure.toString();
        command.getErr().println("bench: " + message.replaceAll("\\s*\\R\\s*", " "));
        command.getErr().flush();
        return status;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        if (list) {
            Subject subject = subject();
            Rows.ALL.forEach(row -> print.printf("%-11s %s%n", row.name(), row.about(subject)));
            print.flush();
            return 0;
        }
        Plan plan = plan();
        Map<String, String> machine = Machine.describe();
        machine.forEach((name, value) -> print.println(name + ": " + value));
        print.println();
        print.flush();
        List<RowResult> results = new ArrayList<>();
        for (Row row : plan.rows()) {
            print.println("# " + row.name() + ": " + row.about(plan.subject()));
            print.flush();
            results.add(measure(row, plan, print));
            // After each row, so that what was measured is there also when the run is cut short.
            Files.writeString(plan.out(), ReportJson.of(Instant.now(), machine, plan.runs(), plan.quick(), results));
        }
        print.print("\n" + Table.of(results));
        print.println("\n" + plan.runs() + (plan.runs() == 1 ? " run" : " runs") + " of each; JSON in " + plan.out());
        print.flush();
        return results.stream().allMatch(result -> result.failure().isEmpty()) ? 0 : 1;
    }

    private RowResult measure(Row row, Plan plan, PrintWriter print) {
        Optional<String> reason = row.leftOut(plan.subject());
        if (reason.isPresent()) {
            print.println("  left out: " + reason.get());
            return RowResult.leftOut(row.name(), reason.get());
        }
        List<Subject> subjects = row.subjects(plan.subject());
        long start = System.nanoTime();
        try (Lab lab = Lab.open(plan, print)) {
            lab.makeArchive(Path.of(System.getProperty("java.home")));
            return RowResult.measured(row.name(), subjects, row.measure(lab), since(start));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return RowResult.failed(row.name(), subjects, "it was interrupted", since(start));
        } catch (Exception | AssertionError e) {
            if (verbose) {
                e.printStackTrace(print);
            }
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            return RowResult.failed(row.name(), subjects, why.replaceAll("\\s*\\R\\s*", " "), since(start));
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** What the command line asks for. */
    record Plan(List<Row> rows, Subject subject, int runs, boolean quick, Path out) {}

    /** @throws ParameterException when it asks for what there is not */
    Plan plan() {
        int number = runs == null ? (quick ? 1 : 5) : runs;
        require(number >= 1 && number <= 1000, "--runs is from 1 to 1000");
        Subject subject = subject();
        for (String name : only) {
            require(
                    Rows.ALL.stream().anyMatch(row -> row.name().equals(name)),
                    "there is no row " + name + "; there are "
                            + Rows.ALL.stream().map(Row::name).collect(Collectors.joining(", ")));
        }
        Path folder = out.toAbsolutePath().getParent();
        require(
                Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(out),
                "--out: cannot write " + out + "; name a file in a folder that is there");
        return new Plan(
                Rows.ALL.stream()
                        .filter(row -> only.isEmpty() || only.contains(row.name()))
                        .toList(),
                subject,
                number,
                quick,
                out);
    }

    /** The model that is asked for. */
    private Subject subject() {
        Optional<BenchModel> known = BenchModel.of(model);
        require(
                known.isPresent(),
                "--model: there is no " + model + "; there are "
                        + Stream.of(BenchModel.values()).map(BenchModel::option).collect(Collectors.joining(", ")));
        require(
                Subject.PRECISIONS.contains(precision),
                "--precision: there is no " + precision + "; there are " + String.join(", ", Subject.PRECISIONS));
        Subject subject = new Subject(known.orElseThrow(), precision);
        require(
                subject.isThere(),
                "--precision: the model " + model + " has no form in " + precision + "; "
                        + subject.model().remedy(precision));
        return subject;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
