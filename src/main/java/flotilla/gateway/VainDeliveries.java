package flotilla.gateway;

import flotilla.protocol.Timeline.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Deliveries of an image's message without an outcome, as its timeline has them. Pure. */
final class VainDeliveries {
    static final String LEASED = "leased";

    /** The name of one life of a worker is that of the worker, a hyphen, and when it began, in milliseconds. */
    private static final String LIFE = "-\\d{1,18}$";

    private VainDeliveries() {}

    /** The worker that a process was a life of. */
    static String worker(String process) {
        return process.replaceFirst(LIFE, "");
    }

    /**
     * A step for each death, and one for all others together.
     *
     * @param died processes that ended with the image inside a classifier
     * @param count how many deliveries there were, deaths included; empty when that is not known
     */
    static List<Event> events(List<String> died, OptionalInt count) {
        List<Event> events = new ArrayList<>();
        for (String process : died) {
            events.add(Event.at(LEASED, Optional.empty())
                    .by(worker(process))
                    .note("whose process ended with the image inside a classifier"));
        }
        int others = count.orElse(0) - died.size();
        if (others > 0) {
            events.add(Event.at(LEASED, Optional.empty())
                    .note((others == 1 ? "once" : others + " times")
                            + " by workers that gave it back, or ended while it waited in them"));
        } else if (count.isEmpty() && died.isEmpty()) {
            events.add(Event.at(LEASED, Optional.empty()).note("how often is not known"));
        }
        return events;
    }
}
