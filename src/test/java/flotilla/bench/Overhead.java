package flotilla.bench;

import flotilla.load.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
        /** Fails unless the option is at work, once both systems have answered images: else it would be no comparison. */
        void require(Stand.Gateway gateway) throws Exception;

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
    }

    /** What one side gave, run by run: images per second, and processor time of an image in seconds. */
    private record Runs(List<Double> rates, List<Double> seconds) {
        Runs() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Lab lab;
    private final Side off;
    private final Side on;
    private final Use use;

    private Overhead(Lab lab, Side off, Side on, Use use) {
        this.lab = lab;
        this.off = off;
        this.on = on;
        this.use = use;
    }

    /**
     * With ResNet-18, and with a worker without a model, where the option is a larger part.
     *
     * @param without settings of gateway and worker without the option
     * @param with settings of gateway and worker with it
     */
    static List<Figure> measure(Lab lab, List<String> without, List<String> with, Use use) throws Exception {
        Overhead overhead = new Overhead(lab, Side.start(lab, without), Side.start(lab, with), use);
        List<Figure> figures = new ArrayList<>();
        figures.addAll(overhead.compare("ResNet-18", Variant.shipped().sets(), lab.either(200, 400)));
        figures.addAll(overhead.compare("no model", List.of("flotilla.classifier.kind=delay"), lab.either(400, 3000)));
        return figures;
    }

    private List<Figure> compare(String what, List<String> kind, int images) throws Exception {
        Runs without = new Runs();
        Runs with = new Runs();
        ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor();
        try (Running offWorker = off.worker(kind);
                Running onWorker = on.worker(kind)) {
            run(off, offWorker, images / 2, new Runs());
            run(on, onWorker, images / 2, new Runs());
            use.require(on.gateway());
            watcher.scheduleWithFixedDelay(
                    () -> use.watch(on.gateway()), WATCHED_EVERY_SECONDS, WATCHED_EVERY_SECONDS, TimeUnit.SECONDS);
            for (int run = 0; run < lab.runs(); run++) {
                // Now one first and now the other: what drifts meets both alike.
                if (run % 2 == 0) {
                    run(off, offWorker, images, without);
                    run(on, onWorker, images, with);
                } else {
                    run(on, onWorker, images, with);
                    run(off, offWorker, images, without);
                }
                lab.say("run " + (run + 1) + ", " + what + ": without "
                        + Samples.shown(without.rates().get(run)) + ", with "
                        + Samples.shown(with.rates().get(run)) + " images/s");
            }
        } finally {
            watcher.shutdownNow();
        }
        Samples rate = new Samples(with.rates()).over(new Samples(without.rates()));
        Samples processor = new Samples(with.seconds()).over(new Samples(without.seconds()));
        return List.of(
                Figure.of("without, " + what, "images/s", new Samples(without.rates())),
                Figure.of("with, " + what, "images/s", new Samples(with.rates())),
                Figure.ratio("with ÷ without, " + what, rate, THROUGHPUT),
                Figure.ratio("processor time of an image, with ÷ without, " + what, processor, PROCESSOR)
                        .with("gateway and worker"));
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
