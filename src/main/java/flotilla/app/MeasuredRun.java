package flotilla.app;

import flotilla.config.SettingsException;
import flotilla.load.HtmlReport;
import flotilla.load.LoadReport;
import flotilla.load.LoadSession;
import flotilla.load.SummaryJson;
import flotilla.load.SummaryText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A run of the workload generator, and what is told of it at its end, also when it is cut short. Confined to one thread. */
final class MeasuredRun implements AutoCloseable {
    /**
     * What is told, and where.
     *
     * @param json the summary as one line of JSON instead of as text
     * @param report the file for a page with plots; empty for none
     */
    record Output(PrintWriter out, boolean json, Optional<Path> report) {}

    private final LoadSession session;
    private final Output output;
    private boolean good;
    private IOException failure;

    private MeasuredRun(LoadSession session, Output output) {
        this.session = session;
        this.output = output;
    }

    /**
     * Runs until every request has ended or this process is asked to end, and tells what was measured.
     *
     * @return the exit status
     * @throws flotilla.load.LoadException when the session cannot be started
     * @throws SettingsException when the page cannot be written
     */
    static int toItsEnd(Supplier<LoadSession> start, Output output) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<MeasuredRun> started = new AtomicReference<>();
        Processes.startAndRunUntilStopped(
                () -> {
                    MeasuredRun run = new MeasuredRun(start.get(), output);
                    started.set(run);
                    run.session.ended().whenComplete((done, failure) -> ended.countDown());
                    return run;
                },
                ended);
        return started.get().exitStatus();
    }

    @Override
    public void close() {
        LoadReport measured = session.stop().join();
        output.out()
                .print(output.json() ? SummaryJson.of(measured.summary()) + "\n" : SummaryText.of(measured.summary()));
        output.out().flush();
        good = measured.summary().isGood();
        output.report().ifPresent(file -> write(file, measured));
        session.close();
    }

    private void write(Path file, LoadReport measured) {
        try {
            Files.writeString(file, HtmlReport.of(measured));
        } catch (IOException e) {
            failure = e;
        }
    }

    private int exitStatus() {
        if (session.ended().isCompletedExceptionally()) {
            session.ended().join();
        }
        if (failure != null) {
            throw new SettingsException("cannot write " + output.report().orElseThrow() + "; check --report", failure);
        }
        return good ? 0 : 1;
    }
}
