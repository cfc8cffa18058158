package flotilla.aws.ec2;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a machine may be launched: every instance type in every subnet, the first type in all subnets before the second one.
 * A place where EC2 had no capacity comes last for {@link #AVOIDED_FOR}. Safe for several threads.
 */
final class LaunchPlaces {
    static final Duration AVOIDED_FOR = Duration.ofMinutes(5);

    /** The longest client token that EC2 takes. */
    private static final int LONGEST_TOKEN = 64;

    /**
     * A place.
     *
     * @param number from 1, in the order of the settings
     * @param type empty for the launch template's own
     * @param subnet empty for the launch template's or the account's own
     */
    record Place(int number, Optional<String> type, Optional<String> subnet) {
        /**
         * The client token of a launch at this place: another one at each place, for EC2 takes a repeated token only with
         * equal parameters. The first place has the launch's own.
         */
        String token(String launch) {
            if (number == 1) {
                return launch;
            }
            String tail = "-" + number;
            return launch.substring(Math.max(0, launch.length() + tail.length() - LONGEST_TOKEN)) + tail;
        }

        @Override
        public String toString() {
            return type.orElse("the template's type")
                    + subnet.map(id -> " in " + id).orElse("");
        }
    }

    private final List<Place> places;
    private final Clock clock;
    private final Map<Place, Instant> withoutCapacity = new ConcurrentHashMap<>();

    /**
     * @param types in the order of preference; empty for the launch template's own
     * @param subnets likewise
     */
    LaunchPlaces(List<String> types, List<String> subnets, Clock clock) {
        this.clock = clock;
        List<Place> all = new ArrayList<>();
        for (Optional<String> type : orNone(types)) {
            for (Optional<String> subnet : orNone(subnets)) {
                all.add(new Place(all.size() + 1, type, subnet));
            }
        }
        this.places = List.copyOf(all);
    }

    private static List<Optional<String>> orNone(List<String> values) {
        return values.isEmpty()
                ? List.of(Optional.empty())
                : values.stream().map(Optional::of).toList();
    }

    /** All places in the order in which to try them now. */
    List<Place> inOrder() {
        Instant recent = clock.instant().minus(AVOIDED_FOR);
        return places.stream()
                .sorted(Comparator.comparing((Place place) -> {
                    Instant refused = withoutCapacity.get(place);
                    return refused != null && refused.isAfter(recent);
                }))
                .toList();
    }

    /** EC2 has just said that it has no capacity there. */
    void hadNoCapacity(Place place) {
        withoutCapacity.put(place, clock.instant());
    }
}
