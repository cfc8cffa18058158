package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code flotilla demo}: the whole story on one machine. A fleet of zero, photographs for more than one worker, workers that
 * are launched, answer, are drained and terminated, and a fleet of zero again; then an account of whether all of it was true.
 */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Shows the whole system on this machine: from no worker to several and back, with real photographs.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every image got its right answer, at least two workers answered side by side, each was drained before it was "
                    + "terminated, and the fleet is back at zero",
            "1:something of that was not so"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration ANSWERS_WITHIN = Duration.ofMinutes(5);
    private static final Duration FLEET_EMPTY_WITHIN = Duration.ofMinutes(3);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    /** Quick enough to watch; stronger than the file, weaker than --set. */
    private static final List<String> SETTINGS = List.of(
            "flotilla.http.port=0", "flotilla.scaling.interval=1s", "flotilla.scaling.messages-per-instance=20");

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Option(names = "--keep", description = "leave the system running afterwards, until Ctrl-C")
    private boolean keep;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "50",
            description = "how often each photograph is sent (default: ${DEFAULT-VALUE})")
    private int repeat;

    @Override
    public Integer call() throws Exception {
        System.setProperty("FLOTILLA_LOG_LEVEL", System.getProperty("FLOTILLA_LOG_LEVEL", "WARN"));
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat is at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Samples.Sample> samples = Samples.load();
        out.println("starting the embedded cloud and a gateway; no worker yet");
        out.flush();
        LocalSystem system = LocalSystem.start(options, Optional.empty(), SETTINGS);
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<Boolean> story = CompletableFuture.supplyAsync(() -> run(system, samples, out));
        story.whenComplete((good, failure) -> {
            if (!keep || failure != null) {
                ended.countDown();
            }
        });
        Processes.runUntilStopped(system, ended);
        if (!story.isDone()) {
            out.println("stopped before the end");
            out.flush();
            return 1;
        }
        return story.join() ? 0 : 1;
    }

    private boolean run(LocalSystem system, List<Samples.Sample> samples, PrintWriter out) {
        try {
            boolean good = tell(system, samples, out);
            if (keep) {
                out.println("still running at " + system.url() + " until Ctrl-C");
            }
            out.flush();
            return good;
        } catch (IOException | InterruptedException | TimeoutException e) {
            throw new IllegalStateException("the demo was cut short: " + e.getMessage(), e);
        }
    }

    private boolean tell(LocalSystem system, List<Samples.Sample> samples, PrintWriter out)
            throws IOException, InterruptedException, TimeoutException {
        DemoClient client = new DemoClient(system.url());
        DemoReport report = new DemoReport(client.fleet().size());
        int total = samples.size() * repeat;
        out.printf("gateway at %s; sending %d photographs (%d x %d)%n", system.url(), total, samples.size(), repeat);
        out.flush();
        Instant start = Instant.now();
        List<CompletableFuture<DemoReport.Answered>> answers = new ArrayList<>();
        for (int i = 0; i < repeat; i++) {
            for (Samples.Sample sample : samples) {
                answers.add(client.classify(sample, ANSWERS_WITHIN));
            }
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
        Instant deadline = start.plus(ANSWERS_WITHIN);
        while (!all.isDone()) {
            follow(client, report, start, out);
            if (Instant.now().isAfter(deadline)) {
                throw new TimeoutException("not all answers came within " + ANSWERS_WITHIN.toMinutes() + " minutes");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
        answers.forEach(answer -> report.answered(answer.join()));
        double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
        out.printf("all %d answers after %.1f s; waiting for the fleet to go home%n", total, seconds);
        Instant homeBy = Instant.now().plus(FLEET_EMPTY_WITHIN);
        List<JsonNode> fleet = client.fleet();
        while (!fleet.isEmpty() && Instant.now().isBefore(homeBy)) {
            follow(client, report, start, out);
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
            fleet = client.fleet();
        }
        follow(client, report, start, out);
        report.fleetAtEnd(fleet.size());
        return report.print(out, Duration.between(start, Instant.now()));
    }

    /** Prints the decisions that fell since the last look. */
    private static void follow(DemoClient client, DemoReport report, Instant start, PrintWriter out)
            throws IOException, InterruptedException {
        for (JsonNode decision : report.newDecisions(client.decisions())) {
            DemoReport.line(decision, start).ifPresent(out::println);
        }
        out.flush();
    }
}
