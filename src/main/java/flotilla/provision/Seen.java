package flotilla.provision;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What an account shows of a thing. */
public sealed interface Seen {
    /** There is none of this name. */
    record Missing() implements Seen {}

    /**
     * It is there.
     *
     * @param cluster value of its tag {@code flotilla:cluster}; empty when it has none
     * @param keepsTags whether the service keeps tags of such things at all
     * @param attributes as they are, by name; what the service has no word for is not among them
     * @param denied permissions that these credentials lack to see the rest, such as {@code sqs:ListQueueTags}
     */
    record Present(
            Optional<String> cluster, boolean keepsTags, SortedMap<String, String> attributes, Set<String> denied)
            implements Seen {
        public Present {
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
            denied = Collections.unmodifiableSortedSet(new TreeSet<>(denied));
        }

        /** One of which everything may be seen. */
        public Present(Optional<String> cluster, boolean keepsTags, SortedMap<String, String> attributes) {
            this(cluster, keepsTags, attributes, Set.of());
        }

        /** One with a tag. */
        public static Present of(String cluster, Map<String, String> attributes) {
            return new Present(Optional.of(cluster), true, new TreeMap<>(attributes));
        }
    }

    /**
     * It is there, or may be, and is not for us.
     *
     * @param why with the remedy
     */
    record OutOfReach(String why) implements Seen {}
}
