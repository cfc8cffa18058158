package flotilla.worker;

import flotilla.worker.ClassifierRouter.Classify;
import flotilla.worker.ClassifierRouter.Entry;
import flotilla.worker.ClassifierRouter.Returned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The images that wait for a classifier, the longest waiting first, and which of them go in together. Confined to one {@link
 * ClassifierRouter}.
 */
final class WaitingImages {
    /**
     * An image with a place in the line, or inside a classifier.
     *
     * @param since when it came, by {@link System#nanoTime}
     * @param alone it was in a run that broke, or is a suspect
     * @param mayEnter nothing is left to be done before
     */
    record Job(Classify classify, long since, boolean alone, boolean mayEnter) {
        private Job again() {
            return new Job(classify, since, true, true);
        }
    }

    private static final double NANOS_PER_MILLI = 1e6;

    private final BatchSizer sizer;
    private final Deque<Job> waiting = new ArrayDeque<>();

    /**
     * @param sizer says how many go in together
     */
    WaitingImages(BatchSizer sizer) {
        this.sizer = sizer;
    }

    void add(Classify classify) {
        waiting.add(new Job(classify, System.nanoTime(), classify.isSuspect(), !classify.isSuspect()));
    }

    /** It is next, and goes in alone. */
    void addFirst(Job job) {
        waiting.addFirst(job.again());
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether the next one is a suspect; there must be one. */
    boolean isNextSuspect() {
        return waiting.element().classify().isSuspect();
    }

    /** Whether nothing is left to be done before the next one enters; there must be one. */
    boolean mayNextEnter() {
        return waiting.element().mayEnter();
    }

    /** Takes the next one out of the line; there must be one. */
    Job next() {
        return waiting.remove();
    }

    /**
     * Takes those out of the line that go in next, together; there must be one.
     *
     * @param idle classifiers that wait for work
     */
    List<Job> nextRun(int idle) {
        Job oldest = next();
        if (oldest.alone()) {
            return List.of(oldest);
        }
        double waited = (System.nanoTime() - oldest.since()) / NANOS_PER_MILLI;
        int size = sizer.next(waiting.size() + 1, idle, waited);
        List<Job> jobs = new ArrayList<>(size);
        jobs.add(oldest);
        while (jobs.size() < size && !isNextSuspect()) {
            jobs.add(next());
        }
        return jobs;
    }

    /** All are told that they were not begun, and wait no longer. */
    void returnAll() {
        waiting.forEach(job -> job.classify().replyTo().tell(new Returned()));
        drop(job -> true);
    }

    /** These wait no longer. A suspect among them that might have entered leaves no attempt behind. */
    void drop(Predicate<Job> which) {
        List<Job> dropped = waiting.stream().filter(which).toList();
        waiting.removeIf(which);
        dropped.stream()
                .filter(Job::mayEnter)
                .forEach(job -> job.classify().entry().ifPresent(Entry::left));
    }
}
