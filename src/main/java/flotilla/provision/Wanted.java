package flotilla.provision;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A thing as it shall be.
 *
 * @param attributes by name, as the thing's {@link Provider} tells them; what is not named here may be as it is
 * @param impossible why it cannot be made when it is not there, with the remedy
 */
public record Wanted(Thing thing, SortedMap<String, String> attributes, Optional<String> impossible) {
    public Wanted {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    /** One that can be made. */
    public static Wanted of(Kind kind, String name, Map<String, String> attributes) {
        return new Wanted(new Thing(kind, name), new TreeMap<>(attributes), Optional.empty());
    }

    /** The same, but it cannot be made. */
    public Wanted butImpossible(String why) {
        return new Wanted(thing, attributes, Optional.of(why));
    }
}
