package flotilla.bench;

import flotilla.load.Api;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What an option costs: two whole systems side by side, one with it and one without, saturated in turns; the one that is not asked
 * only polls its queues.
 */
final class Overhead {
    private static final Target THROUGHPUT = Target.atLeast(0.98);
    private static final Target PROCESSOR = Target.atMost(1.02);

    /** What is done with the system that has the option while it is measured. */
    interface Use {
        /**
         * Fails unless the option is at work, once both systems have answered images: else it would be no comparison.
         *
         * @param since when these systems' workers were started
         */
        void require(Stand.Gateway gateway, Instant since) throws Exception;

        /** Called every five seconds, as a program that watches would. */
        default void watch(Stand.Gateway gateway) {}
    }

    /** How often {@link Use#watch} is called. */
    static final long WATCHED_EVERY_SECONDS = 5;

    private record Side(Stand stand, Stand.Gateway gateway, List<String> sets) {
        static Side start(Lab lab, List<String> sets) throws IOException {
            Stand stand = Stand.start(lab);
            Stand.Gateway gateway = stand.gateway(sets);
            gateway.warm(lab, stand);
            return new Side(stand, gateway, sets);
        }

        Running worker(List<String> kind) throws IOException {
            List<String> all = new ArrayList<>(sets);
            all.addAll(kind);
            return stand.worker(all);
        }

        void close() throws IOException {
            gateway.process().close();
            stand.cloud().close();
        }
    }

    /** What one side gave, run by run: images per second, and processor time of an image in seconds. */
    private record Runs(List<Double> rates, List<Double> seconds) {
        Runs() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** A network, and what its runs gave without the option and with it. */
    private record Compared(String what, List<String> kind, boolean hasTargets, int images, Runs without, Runs with) {
        Compared(String what, List<String> kind, boolean hasTargets, int images) {
            this(what, kind, hasTargets, images, new Runs(), new Runs());
        }

        List<Figure> figures() {
            Samples rate = new Samples(with.rates()).over(new Samples(without.rates()));
            Samples processor = new Samples(with.seconds()).over(new Samples(without.seconds()));
            return List.of(
                    Figure.of("without, " + what, "images/s", new Samples(without.rates())),
                    Figure.of("with, " + what, "images/s", new Samples(with.rates())),
                    Figure.of("with ÷ without, " + what, "", rate).against(target(THROUGHPUT)),
                    Figure.of("processor time of an image, with ÷ without, " + what, "", processor)
                            .against(target(PROCESSOR))
                            .with("gateway and worker"));
        }

        private Optional<Target> target(Target target) {
            return hasTargets ? Optional.of(target) : Optional.empty();
        }
    }

    private final Lab lab;
    private final Side off;
    private final Side on;
    private final boolean onFirst;
    private final Use use;

    private Overhead(Lab lab, Side off, Side on, boolean onFirst, Use use) {
        this.lab = lab;
        this.off = off;
        this.on = on;
        this.onFirst = onFirst;
        this.use = use;
    }

    /**
     * With a model, and with a worker without one, where the option is a larger part. Two pairs of systems, each for half of the
     * runs: in one pair the system with the option was started first, in the other the one without. Two that should be alike differ by
     * what they happened to get at their start.
     *
     * @param without settings of gateway and worker without the option
     * @param with settings of gateway and worker with it
     */
    static List<Figure> measure(Lab lab, List<String> without, List<String> with, Use use) throws Exception {
        Subject subject = lab.subject();
        List<Compared> all = List.of(
                new Compared(
                        subject.title(),
                        Variant.shipped(subject).sets(),
                        subject.equals(Subject.STANDARD),
                        lab.either(200, 400)),
                new Compared("no model", List.of("flotilla.classifier.kind=delay"), true, lab.either(400, 3000)));
        int runs = (lab.runs() + 1) / 2;
        pair(lab, without, with, false, use).compare(all, runs);
        pair(lab, without, with, true, use).compare(all, runs);
        return all.stream().flatMap(one -> one.figures().stream()).toList();
    }

    private static Overhead pair(Lab lab, List<String> without, List<String> with, boolean onFirst, Use use)
            throws IOException {
        Side first = Side.start(lab, onFirst ? with : without);
        Side second = Side.start(lab, onFirst ? without : with);
        return onFirst ? new Overhead(lab, second, first, true, use) : new Overhead(lab, first, second, false, use);
    }

    private void compare(List<Compared> all, int runs) throws Exception {
        for (Compared one : all) {
            compare(one, runs);
        }
        off.close();
        on.close();
    }

    private void compare(Compared one, int runs) throws Exception {
        ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor();
        Side first = onFirst ? on : off;
        Side second = onFirst ? off : on;
        Instant began = Instant.now();
        try (Running firstWorker = first.worker(one.kind());
                Running secondWorker = second.worker(one.kind())) {
            Running offWorker = onFirst ? secondWorker : firstWorker;
            Running onWorker = onFirst ? firstWorker : secondWorker;
            run(first, firstWorker, one.images() / 2, new Runs());
            run(second, secondWorker, one.images() / 2, new Runs());
            use.require(on.gateway(), began);
            watcher.scheduleWithFixedDelay(
                    () -> use.watch(on.gateway()), WATCHED_EVERY_SECONDS, WATCHED_EVERY_SECONDS, TimeUnit.SECONDS);
            for (int run = 0; run < runs; run++) {
                // Now one first and now the other: what drifts meets both alike.
                if ((run % 2 == 0) != onFirst) {
                    run(off, offWorker, one.images(), one.without());
                    run(on, onWorker, one.images(), one.with());
                } else {
                    run(on, onWorker, one.images(), one.with());
                    run(off, offWorker, one.images(), one.without());
                }
                lab.say("run " + one.with().rates().size() + ", " + one.what() + ": without "
                        + last(one.without().rates()) + ", with "
                        + last(one.with().rates()) + " images/s");
            }
        } finally {
            watcher.shutdownNow();
        }
    }

    private static String last(List<Double> rates) {
        return Samples.shown(rates.get(rates.size() - 1));
    }

    private void run(Side side, Running worker, int images, Runs into) throws Exception {
        double before = side.gateway().process().processorSeconds() + worker.processorSeconds();
        double rate = Client.saturate(side.gateway().url(), Api.V1, lab.photos(), images, Stand.CONCURRENCY)
                .throughput();
        double after = side.gateway().process().processorSeconds() + worker.processorSeconds();
        into.rates().add(rate);
        into.seconds().add((after - before) / images);
    }
}
