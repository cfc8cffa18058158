package flotilla.simulation;

import java.util.ArrayList;
import java.util.List;

/** What the fleet and the queue looked like at regular decisions; the longer it gets, the fewer are kept. For plots. */
public final class Timeline {
    /** One moment; counts. */
    public record Moment(double seconds, int backlog, int arrived, int active, int draining) {}

    private static final int MOST_KEPT = 1 << 17;

    private final List<Moment> moments = new ArrayList<>();
    private int stride = 1;
    private int passed;

    void add(Moment moment) {
        if (passed++ % stride == 0) {
            moments.add(moment);
        }
        if (moments.size() == MOST_KEPT) {
            List<Moment> half = moments(MOST_KEPT / 2);
            moments.clear();
            moments.addAll(half);
            stride *= 2;
        }
    }

    /** At most so many moments, evenly chosen. */
    public List<Moment> moments(int most) {
        int step = Math.max(1, (moments.size() + most - 1) / most);
        List<Moment> some = new ArrayList<>();
        for (int i = 0; i < moments.size(); i += step) {
            some.add(moments.get(i));
        }
        return some;
    }
}
