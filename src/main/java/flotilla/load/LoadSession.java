package flotilla.load;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One run from its first look at the fleet to its last: the generator, the measuring and the showing, on one loop. */
public final class LoadSession implements AutoCloseable {
    private final LoadPlan plan;
    private final Target target;
    private final Optional<Predictions> predictions;
    private final Progress progress;
    private final ThreadLoop loop = new ThreadLoop();
    private final HttpCaller caller;
    private final FleetWatch fleet;
    private final LoadRun run;
    private final Measurements measurements = new Measurements();
    private final Timeline timeline = new Timeline();
    private boolean showing = true;

    private LoadSession(
            LoadPlan plan,
            Target target,
            ImageFolder images,
            Optional<Predictions> predictions,
            Supplier<Progress> progress) {
        this.plan = plan;
        this.target = target;
        this.predictions = predictions;
        this.caller = new HttpCaller(target, new SecureRandom(), Clock.systemUTC());
        this.progress = progress.get();
        this.fleet = new FleetWatch(() -> caller.ask(FleetWatch.PATH), loop);
        this.run = new LoadRun(plan, images, caller, loop, this::onEnd);
    }

    /**
     * Begins to send.
     *
     * @param progress begins to show, once nothing stands in the way of the run
     * @throws LoadException when the target's requests cannot be sent as they are
     */
    public static LoadSession start(
            LoadPlan plan,
            Target target,
            ImageFolder images,
            Optional<Predictions> predictions,
            Supplier<Progress> progress) {
        LoadSession session = new LoadSession(plan, target, images, predictions, progress);
        session.loop.execute(() -> session.fleet.start().thenRunAsync(session::begin, session.loop));
        return session;
    }

    /** Completes when every request ended. */
    public CompletableFuture<Void> ended() {
        return run.ended();
    }

    /** Gives up what has not ended yet, looks at the fleet for the last time and says what was measured. */
    public CompletableFuture<LoadReport> stop() {
        return CompletableFuture.supplyAsync(
                        () -> {
                            boolean complete = run.ended().isDone();
                            run.stop();
                            show();
                            showing = false;
                            progress.close();
                            return fleet.stop(complete ? measurements.answeredByNobodyKnown() : 0);
                        },
                        loop)
                .thenCompose(looked -> looked)
                .thenApplyAsync(looked -> report(), loop);
    }

    private LoadReport report() {
        Summary summary = measurements.summary(
                target, predictions.isPresent(), run.sent(), run.unfinished(), fleet.imagesByInstance());
        return LoadReport.of(summary, timeline, fleet.looks(), run.start());
    }

    private void begin() {
        run.begin();
        loop.after(progress.every().toNanos(), this::show);
    }

    private void onEnd(Shot shot) {
        Verdict verdict =
                Verdict.of(shot.image(), shot.reply().answer(), predictions.flatMap(all -> all.label(shot.image())));
        measurements.add(shot, verdict);
        timeline.add(shot, verdict);
    }

    private void show() {
        if (showing) {
            progress.show(new Tally(
                    plan.requests(),
                    run.sent(),
                    measurements.ended(),
                    measurements.count(Verdict.Kind.RIGHT),
                    measurements.count(Verdict.Kind.WRONG),
                    measurements.count(Verdict.Kind.MISSING),
                    predictions.isPresent(),
                    Duration.ofNanos(loop.nanos() - run.start())));
            loop.after(progress.every().toNanos(), this::show);
        }
    }

    @Override
    public void close() {
        loop.close();
        caller.close();
    }
}
