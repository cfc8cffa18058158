package flotilla.bench;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.Outcome;
import flotilla.inference.Classifiers;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The most that one JVM can do: classifiers, each on a thread of its own, that decode and predict photographs which are in
 * memory already. No actor, no queue, no store. Prints one line of JSON.
 */
final class LimitLoop {
    private static final double NANOS = 1e9;

    private final ClassifierFactory factory;
    private final List<EncodedImage> photos;

    private LimitLoop(ClassifierFactory factory, List<EncodedImage> photos) {
        this.factory = factory;
        this.photos = photos;
    }

    /**
     * Arguments: the photographs' folder, classifiers (0: as many as the model is tuned for), images together, seconds of warming, seconds of measuring, a rate
     * (images per second, one at a time; 0: as fast as it goes), and settings {@code key=value}.
     */
    public static void main(String[] args) throws Exception {
        List<String> sets = List.of(args).subList(6, args.length);
        FlotillaSettings settings =
                FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), sets));
        List<EncodedImage> photos = photos(Path.of(args[0]));
        try (ClassifierFactory factory = Classifiers.open(
                settings.model(), settings.classifier(), settings.http().maxPixels())) {
            LimitLoop loop = new LimitLoop(factory, photos);
            int asked = Integer.parseInt(args[1]);
            int classifiers = asked > 0 ? asked : Math.max(1, factory.parallelism());
            int together = Integer.parseInt(args[2]);
            double warm = Double.parseDouble(args[3]);
            double seconds = Double.parseDouble(args[4]);
            double rate = Double.parseDouble(args[5]);
            System.out.println(Running.RESULT + loop.measure(classifiers, together, warm, seconds, rate));
        }
    }

    /** A line of JSON. */
    private String measure(int classifiers, int together, double warm, double seconds, double rate)
            throws InterruptedException, ExecutionException {
        if (together > factory.largestBatch()) {
            return "{\"unsupported\":\"no more than " + factory.largestBatch() + " images together\"}";
        }
        if (rate > 0) {
            return paced(warm, seconds, rate);
        }
        Answers answers = answers(together);
        saturated(classifiers, together, warm);
        return "{\"imagesPerSecond\":" + saturated(classifiers, together, seconds) + ",\"answers\":" + answers.json()
                + "}";
    }

    /** What is answered to each photograph, by which a wrong way to run the network is seen. */
    private Answers answers(int together) {
        List<List<Answers.Answer>> answers = new ArrayList<>();
        try (ImageClassifier classifier = factory.create()) {
            for (int first = 0; first < photos.size(); first += together) {
                List<EncodedImage> batch = photos.subList(first, Math.min(photos.size(), first + together));
                for (Outcome outcome : classifier.classify(batch)) {
                    requireLabel(outcome);
                    answers.add(((Outcome.Labelled) outcome)
                            .predictions().stream()
                                    .map(label -> new Answers.Answer(label.index(), label.probability()))
                                    .toList());
                }
            }
        }
        return new Answers(answers);
    }

    private static List<EncodedImage> photos(Path folder) throws IOException {
        List<EncodedImage> photos = new ArrayList<>();
        for (byte[] bytes : Photos.read(folder)) {
            photos.add(new EncodedImage("photo_" + photos.size() + ".jpg", bytes));
        }
        return photos;
    }

    /** Images per second. */
    private double saturated(int classifiers, int together, double seconds)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(classifiers);
        long start = System.nanoTime();
        long end = start + (long) (seconds * NANOS);
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < classifiers; i++) {
            int first = i;
            counts.add(pool.submit(() -> work(first, together, end)));
        }
        long images = 0;
        for (Future<Long> count : counts) {
            images += count.get();
        }
        double took = (System.nanoTime() - start) / NANOS;
        pool.shutdown();
        return images / took;
    }

    private long work(int first, int together, long end) {
        long images = 0;
        try (ImageClassifier classifier = factory.create()) {
            for (int next = first; System.nanoTime() < end; next += together) {
                List<EncodedImage> batch = new ArrayList<>();
                for (int i = 0; i < together; i++) {
                    batch.add(photos.get((next + i) % photos.size()));
                }
                classifier.classify(batch).forEach(LimitLoop::requireLabel);
                images += together;
            }
        }
        return images;
    }

    /** One image each 1/rate seconds; the time from when it was due to its labels. */
    private String paced(double warm, double seconds, double rate) {
        Histogram micros = new Histogram(3);
        try (ImageClassifier classifier = factory.create()) {
            long gap = (long) (NANOS / rate);
            long due = System.nanoTime();
            long measured = due + (long) (warm * NANOS);
            long end = measured + (long) (seconds * NANOS);
            for (int i = 0; due < end; i++, due += gap) {
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                requireLabel(classifier.classify(photos.get(i % photos.size())));
                if (due >= measured) {
                    micros.recordValue((System.nanoTime() - due) / 1000);
                }
            }
        }
        return "{\"p50\":" + micros.getValueAtPercentile(50) / 1000.0 + ",\"p99\":"
                + micros.getValueAtPercentile(99) / 1000.0 + ",\"count\":" + micros.getTotalCount() + "}";
    }

    private static void requireLabel(Outcome outcome) {
        if (!(outcome instanceof Outcome.Labelled)) {
            throw new IllegalStateException("no label: " + outcome);
        }
    }
}
