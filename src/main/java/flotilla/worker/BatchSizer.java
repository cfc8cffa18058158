package flotilla.worker;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many waiting images a classifier is handed together, by two {@link BatchCurve}s: <i>T(n)</i>, how long a run takes, and
 * <i>c(n)</i>, what an image in it costs, which is processor time where that is known. Sizes are 1, 2, 4, … and the most that
 * the classifier takes, so that its network meets few shapes. With <i>w</i> images waiting for <i>k</i> idle classifiers, the
 * oldest for <i>a</i> ms, it is the last size <i>n</i> in
 *
 * <pre>
 * n ≤ ⌈w / k⌉                                            fair among the idle; nothing is held back to wait for others
 * T(n) ≤ D and (a + T(n) ≤ D or a + T(1) &gt; D)           the oldest is not made to miss its deadline D
 * c(n) &lt; 0.92 · c(1), and 0.97 · c(m)                    it pays, above the size m before it that passed, too;
 *                                                       0.97 and 0.99 for sizes up to the one in use
 * </pre>
 *
 * <p>A size whose time is not known is tried when the size before it costs no more than 5 % above one alone: 21 runs, and no
 * more than 60 when they do not count. Sizes that are not in use are looked at again after 1,000 runs, then 2,000 and
 * so on up to 64,000, since neighbours on the machine come and go, and smaller ones when the one in use ceases to pay. A size in which a run broke is not formed until then.
 *
 * <p>Only runs beside which all other classifiers were at work count: one image on an idle machine is faster than the same
 * on a busy one, and would make every batch look bad. Not safe for several threads.
 */
final class BatchSizer {
    private static final double GAIN = 0.08;
    private static final double GAIN_IN_USE = 0.03;
    private static final double STEP = 0.03;
    private static final double STEP_IN_USE = 0.01;
    private static final double SLACK = 0.05;
    private static final int MOST_TRIES = 60;
    private static final long FIRST_LOOK = 1_000;
    private static final long LONGEST_LOOK = 64_000;

    private final BatchCurve times = new BatchCurve();
    private final BatchCurve costs = new BatchCurve();
    private final int[] sizes;
    private final int[] triesLeft;
    private final double deadlineMillis;
    private int inUse;
    private int usable;
    private long runsToLook = FIRST_LOOK;
    private long lookAfter = FIRST_LOOK;

    /**
     * @param largest the most images that one run takes
     * @param deadlineMillis from an image's arrival to the end of its run, in a batch; 0 for no batches
     */
    BatchSizer(int largest, double deadlineMillis) {
        int most = deadlineMillis > 0 ? largest : 1;
        this.sizes = IntStream.concat(
                        IntStream.iterate(1, size -> size < most, size -> 2 * size), IntStream.of(Math.max(1, most)))
                .toArray();
        this.triesLeft = new int[sizes.length];
        this.deadlineMillis = deadlineMillis;
        this.usable = sizes.length;
        Arrays.fill(triesLeft, MOST_TRIES);
    }

    /**
     * The number of images for the next idle classifier.
     *
     * @param waiting images, at least 1
     * @param idle classifiers, at least 1
     * @param oldestMillis how long the first of them has waited
     */
    int next(int waiting, int idle, double oldestMillis) {
        int share = (waiting + idle - 1) / idle;
        int best = 0;
        for (int i = 0; i < usable && sizes[i] <= share && inTime(i, oldestMillis); i++) {
            if (isWanted(i)) {
                triesLeft[i] -= Math.min(i, 1);
                return sizes[i];
            }
            best = pays(i, best) ? i : best;
        }
        return sizes[best];
    }

    /**
     * A run of {@code n} images took {@code millis}, while all other classifiers were at work.
     *
     * @param cost of it, in milliseconds; the same number where only the time is known
     */
    void ran(int n, double millis, double cost) {
        times.ran(n, millis);
        costs.ran(n, cost);
        if (sizes.length > 1 && --runsToLook == 0) {
            lookAgain();
        }
        if (!costs.isKnown(1)) {
            return;
        }
        int best = 0;
        for (int i = 1; i < usable; i++) {
            best = pays(i, best) ? i : best;
        }
        for (int i = 1; i < inUse && best < inUse; i++) {
            learnAnew(i);
        }
        inUse = best;
    }

    /** A run of {@code n} images broke as a whole. */
    void broke(int n) {
        usable = Math.max(1, Math.min(usable, Arrays.binarySearch(sizes, n)));
        inUse = Math.min(inUse, usable - 1);
    }

    /** The size that is formed when enough images wait. */
    int inUse() {
        return sizes[inUse];
    }

    /** The largest size that would be formed or tried now if enough images waited. */
    int reach() {
        int reach = inUse;
        for (int i = inUse; i < usable && inTime(i, 0); i++) {
            reach = isWanted(i) ? i : reach;
        }
        return sizes[reach];
    }

    /** What was learned, for the log: milliseconds that an image costs, by the size of its run. */
    String explain() {
        return IntStream.of(sizes)
                .filter(costs::isKnown)
                .mapToObj(size -> String.format(Locale.ROOT, "%d=%.2fms", size, costs.perImage(size)))
                .collect(Collectors.joining(" ", "perImage[", "]"));
    }

    private boolean isWanted(int i) {
        boolean promising = i == 0 || costs.perImage(sizes[i - 1]) <= (1 + SLACK) * costs.perImage(1);
        return !costs.isKnown(sizes[i]) && triesLeft[i] > 0 && promising;
    }

    private boolean pays(int i, int best) {
        double millis = costs.perImage(sizes[i]);
        return millis < (1 - (i <= inUse ? GAIN_IN_USE : GAIN)) * costs.perImage(1)
                && millis < (1 - (i <= inUse ? STEP_IN_USE : STEP)) * costs.perImage(sizes[best]);
    }

    /** A time that is not known is at most in proportion to that of the size before. */
    private boolean inTime(int i, double oldestMillis) {
        if (i == 0) {
            return true;
        }
        double millis = times.isKnown(sizes[i]) ? times.millis(sizes[i]) : times.perImage(sizes[i - 1]) * sizes[i];
        return millis <= deadlineMillis
                && (oldestMillis + millis <= deadlineMillis || oldestMillis + times.millis(1) > deadlineMillis);
    }

    private void lookAgain() {
        for (int i = 0; i < sizes.length; i++) {
            if (i != inUse) {
                learnAnew(i);
            }
        }
        usable = sizes.length;
        lookAfter = Math.min(LONGEST_LOOK, 2 * lookAfter);
        runsToLook = lookAfter;
    }

    private void learnAnew(int i) {
        times.forget(sizes[i]);
        costs.forget(sizes[i]);
        triesLeft[i] = MOST_TRIES;
    }
}
