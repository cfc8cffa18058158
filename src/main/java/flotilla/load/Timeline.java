package flotilla.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every request's time and latency, for the report's plots; 17 bytes each. All state belongs to the loop's thread.
 */
final class Timeline {
    private static final double[] WIDTHS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600};
    private static final int MOST_SLOTS = 60;
    private static final int MOST_POINTS = 4000;

    private double[] due = new double[1024];
    private float[] latency = new float[1024];
    private byte[] kinds = new byte[1024];
    private int size;

    /**
     * A stretch of time.
     *
     * @param start in seconds since the run's start
     * @param p50 of the answered requests that were due in it, in milliseconds; NaN when there were none
     * @param due requests that were due in it, per second
     * @param answered requests that were answered in it, per second
     */
    record Slot(double start, double p50, double p95, double max, double due, double answered, double missing) {}

    /**
     * One request.
     *
     * @param due in seconds since the run's start
     * @param latency in milliseconds
     */
    record Point(double due, double latency, Verdict.Kind kind) {}

    void add(Shot shot, Verdict verdict) {
        if (size == due.length) {
            due = Arrays.copyOf(due, 2 * size);
            latency = Arrays.copyOf(latency, 2 * size);
            kinds = Arrays.copyOf(kinds, 2 * size);
        }
        due[size] = shot.due() / 1e9;
        latency[size] = (float) (shot.latency() / 1e6);
        kinds[size] = (byte) verdict.kind().ordinal();
        size++;
    }

    /** The run in at most {@value #MOST_SLOTS} stretches of equal length (more only for runs of weeks). */
    List<Slot> slots() {
        double end = 0;
        for (int i = 0; i < size; i++) {
            end = Math.max(end, ended(i));
        }
        double width = WIDTHS[WIDTHS.length - 1];
        for (int i = WIDTHS.length - 1; i >= 0 && end / WIDTHS[i] <= MOST_SLOTS; i--) {
            width = WIDTHS[i];
        }
        int count = (int) (end / width) + 1;
        List<List<Double>> latencies = new ArrayList<>();
        for (int slot = 0; slot < count; slot++) {
            latencies.add(new ArrayList<>());
        }
        int[] dueIn = new int[count];
        int[] answeredIn = new int[count];
        int[] missingIn = new int[count];
        for (int i = 0; i < size; i++) {
            int dueSlot = (int) (due[i] / width);
            int endSlot = (int) (ended(i) / width);
            dueIn[dueSlot]++;
            if (isMissing(i)) {
                missingIn[endSlot]++;
            } else {
                answeredIn[endSlot]++;
                latencies.get(dueSlot).add((double) latency[i]);
            }
        }
        List<Slot> slots = new ArrayList<>();
        for (int slot = 0; slot < count; slot++) {
            List<Double> sorted = latencies.get(slot).stream().sorted().toList();
            slots.add(new Slot(
                    slot * width,
                    percentile(sorted, 0.5),
                    percentile(sorted, 0.95),
                    percentile(sorted, 1),
                    dueIn[slot] / width,
                    answeredIn[slot] / width,
                    missingIn[slot] / width));
        }
        return slots;
    }

    /** Requests to draw one by one: all of them, or some {@value #MOST_POINTS} spread evenly, and as many that are not right. */
    List<Point> points() {
        int stride = Math.max(1, size / MOST_POINTS);
        List<Point> points = new ArrayList<>();
        int notRight = 0;
        for (int i = 0; i < size; i++) {
            boolean bad = isMissing(i) || kind(i) == Verdict.Kind.WRONG;
            if (i % stride == 0 || bad && notRight++ < MOST_POINTS) {
                points.add(new Point(due[i], latency[i], kind(i)));
            }
        }
        return points;
    }

    private double ended(int i) {
        return due[i] + latency[i] / 1000;
    }

    private boolean isMissing(int i) {
        return kind(i) == Verdict.Kind.MISSING;
    }

    private Verdict.Kind kind(int i) {
        return Verdict.Kind.values()[kinds[i]];
    }

    /** The nearest rank. */
    private static double percentile(List<Double> sorted, double share) {
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
}
