package flotilla.simulation;

import java.util.ArrayList;
import java.util.List;

/** What the fleet and the queue looked like at each regular decision. For plots. */
public final class Timeline {
    /** One moment; counts. */
    public record Moment(double seconds, int backlog, int arrived, int active, int draining) {}

    private final List<Moment> moments = new ArrayList<>();

    void add(Moment moment) {
        moments.add(moment);
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
