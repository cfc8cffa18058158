package flotilla.bench;

import java.time.Duration;
import java.util.List;

/** A worker that works off a full queue, against the bound; in turns. */
final class PipelineRow implements Row {
    private static final Duration WITHIN = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "pipeline";
    }

    @Override
    public String about(Subject asked) {
        return "a worker with a full queue ÷ limit, " + asked.title() + ", steady part";
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Subject subject = lab.subject();
        Limit limit = new Limit(lab);
        Setting best = limit.best(subject);
        Stand stand = Stand.start(lab);
        Rates rates;
        try (Depot depot = new Depot(stand.data())) {
            warm(lab, stand, depot);
            rates = Rates.take(
                    lab,
                    () -> limit.imagesPerSecond(best),
                    () -> steady(lab, stand, depot, Variant.shipped(subject).sets(), lab.either(240, 900)));
        }
        return List.of(
                limit.figure(subject.named("limit"), rates.bound(), best),
                Figure.of(subject.named("worker"), "images/s", rates.system()).with("a worker that tunes itself"),
                rates.ratio(subject.named("worker ÷ limit"), subject.target(Target.atLeast(0.95))));
    }

    /** Has the embedded cloud, which is long-lived, come to rest, with a worker that classifies nothing. */
    private static void warm(Lab lab, Stand stand, Depot depot) throws Exception {
        steady(lab, stand, depot, List.of("flotilla.classifier.kind=delay"), lab.either(200, 4000));
    }

    /**
     * Results per second of a new worker, without the first third, in which it is still warming, and the last tenth.
     *
     * @param sets the worker's settings
     */
    static double steady(Lab lab, Stand stand, Depot depot, List<String> sets, int images) throws Exception {
        depot.empty();
        depot.fill(lab.photos(), images);
        try (Running worker = stand.worker(sets)) {
            Lab.await("the worker's results", WITHIN, () -> {
                worker.requireAlive();
                return depot.results() >= images;
            });
        }
        return SteadyRate.of(depot.resultTimes(), images / 3, images / 10);
    }
}
