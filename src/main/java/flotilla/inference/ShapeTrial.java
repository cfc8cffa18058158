package flotilla.inference;

import ai.djl.Model;
import ai.djl.translate.TranslateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds how many classifiers with how many threads each get most done together on all cores. Measures a few runs each. */
final class ShapeTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ShapeTrial.class);

    private static final int RUNS = 4;
    private static final int ROUNDS = 3;
    /** Fewer classifiers with more threads answer one image sooner, but suffer most when others want the cores. */
    private static final double CLEARLY = 1.1;

    private final NetworkEngine engine;
    private final Function<Tuning, Model> networks;
    private final InputTensor input;

    /**
     * What the settings say.
     *
     * @param parallelism classifiers; 0 when it is to be found
     * @param threads within each; 0 when it is to be found
     * @param cores of this machine
     */
    record Shape(int parallelism, int threads, int cores) {
        /** Classifiers with one thread each. */
        int plainParallelism() {
            return parallelism > 0 ? parallelism : cores;
        }

        /** Numbers to try, the plain ones first: one thread for each core, each with an image of its own. */
        List<int[]> candidates() {
            if (parallelism > 0) {
                return List.<int[]>of(
                        new int[] {parallelism, threads > 0 ? threads : Math.max(1, cores / parallelism)});
            }
            if (threads > 0) {
                return List.<int[]>of(new int[] {Math.max(1, cores / threads), threads});
            }
            List<int[]> all = new ArrayList<>();
            for (int each = 1; each < cores; each *= 2) {
                all.add(new int[] {cores / each, each});
            }
            all.add(new int[] {1, cores});
            return all;
        }
    }

    /**
     * @param networks the network to be run in a way; the one before it is not needed any more when it is another
     * @param input read by several threads, changed by none
     */
    ShapeTrial(NetworkEngine engine, Function<Tuning, Model> networks, InputTensor input) {
        this.engine = engine;
        this.networks = networks;
        this.input = input;
    }

    /** The tuning with the numbers that are best here. */
    Tuning best(Tuning tuning, Shape shape) {
        List<int[]> candidates = shape.candidates();
        if (candidates.size() == 1) {
            return tuning.with(candidates.get(0)[0], candidates.get(0)[1]);
        }
        List<Fastest.Timed<int[]>> timed = candidates.stream()
                .map(numbers -> new Fastest.Timed<>(numbers, new long[ROUNDS]))
                .toList();
        // Those that share a network take turns, so that a slow moment of the machine meets all of them. Networks that
        // each have weights and buffers of their own come one after the other.
        timed.stream()
                .collect(Collectors.groupingBy(
                        one -> engine.loaded(way(tuning, one)), LinkedHashMap::new, Collectors.toList()))
                .values()
                .forEach(sharing -> measure(tuning, sharing));
        int[] best = Fastest.of(timed, CLEARLY);
        timed.forEach(one -> LOG.info(
                "parallelism={} threads={} imagesPerSecond={}",
                one.way()[0],
                one.way()[1],
                Math.round(1e9 / one.median())));
        return tuning.with(best[0], best[1]);
    }

    private void measure(Tuning tuning, List<Fastest.Timed<int[]>> sharing) {
        for (int round = 0; round < ROUNDS; round++) {
            for (Fastest.Timed<int[]> one : sharing) {
                one.nanos()[round] = nanosForAnImage(way(tuning, one));
            }
        }
    }

    private static Tuning way(Tuning tuning, Fastest.Timed<int[]> one) {
        return tuning.with(one.way()[0], one.way()[1]);
    }

    private long nanosForAnImage(Tuning way) {
        Model network = networks.apply(way);
        try {
            double imagesPerNano = 0;
            for (long nanos :
                    EngineThreads.run(engine, way.threads(), way.parallelism(), () -> nanosForRuns(network))) {
                imagesPerNano += (double) RUNS / nanos;
            }
            return Math.round(1 / imagesPerNano);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the network failed on what it took before", e.getCause());
        }
    }

    private long nanosForRuns(Model network) throws TranslateException {
        try (NetworkRunner runner = new NetworkRunner(network)) {
            runner.scores(input);
            runner.scores(input);
            long start = System.nanoTime();
            for (int run = 0; run < RUNS; run++) {
                runner.scores(input);
            }
            return System.nanoTime() - start;
        }
    }
}
