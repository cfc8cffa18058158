package flotilla.worker;

import flotilla.protocol.EncodedImage;
import flotilla.worker.ClassifierRouter.Classified;
import flotilla.worker.ClassifierRouter.Entry;
import flotilla.worker.ClassifierRouter.Inside;
import flotilla.worker.WaitingImages.Job;
import java.util.List;
import java.util.Optional;

/**
 * Images inside a classifier, at least one.
 *
 * @param crowded all other classifiers were at work when it began
 * @param since by the time in which this process runs
 */
record ClassifierRun(List<Job> jobs, boolean crowded, long since) {
    private static final double NANOS_PER_MILLI = 1e6;

    ClassifierRun {
        jobs = List.copyOf(jobs);
    }

    int size() {
        return jobs.size();
    }

    boolean isSuspect() {
        return jobs.get(0).classify().isSuspect();
    }

    boolean has(EncodedImage image) {
        return jobs.stream().anyMatch(job -> job.classify().image() == image);
    }

    /** A suspect came out. */
    void leave() {
        jobs.get(0).classify().entry().ifPresent(Entry::left);
    }

    /**
     * Tells each image's asker its outcome.
     *
     * @param reach images that one run may hold now
     */
    void answer(Classifier.Classified done, int reach) {
        long now = System.nanoTime();
        for (int i = 0; i < size(); i++) {
            Job job = jobs.get(i);
            double total = (now - job.since()) / NANOS_PER_MILLI;
            job.classify()
                    .replyTo()
                    .tell(new Classified(
                            done.outcomes().get(i),
                            Math.max(0, total - done.millis()),
                            done.millis(),
                            done.millis() / size(),
                            reach,
                            size(),
                            inside(done, i)));
        }
    }

    private static Optional<Inside> inside(Classifier.Classified done, int image) {
        return done.steps().map(steps -> new Inside(steps.decodeMillis().get(image), steps.predictMillis()));
    }
}
