package flotilla.drill;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How often processes died at the certain moments of the protocol that a drill is to meet.
 *
 * @param kills of the whole drill
 * @param met by fault, 0 for those that met nobody
 */
record ForcedPoints(int kills, Map<Fault, Integer> met) {
    /** A drill of so many kills must have met each. */
    static final int JUDGED_FROM = 50;

    static ForcedPoints of(Toll toll) {
        Map<Fault, Integer> done = toll.done();
        Map<Fault, Integer> met = new EnumMap<>(Fault.class);
        Fault.forced().forEach(fault -> met.put(fault, done.getOrDefault(fault, 0)));
        return new ForcedPoints(toll.kills(), met);
    }

    /** Those that a drill of this size should have met and has not. */
    List<Fault> missed() {
        return kills < JUDGED_FROM
                ? List.of()
                : met.keySet().stream().filter(fault -> met.get(fault) == 0).toList();
    }

    /** A line for people, and one for each that was missed. */
    String text() {
        return met.entrySet().stream()
                        .map(entry -> entry.getKey().text() + " " + entry.getValue())
                        .collect(Collectors.joining(", ", "forced points: ", ""))
                + missed().stream()
                        .map(fault -> "%nforced point %s was met by none of %d kills, so this drill says nothing of it"
                                .formatted(fault.text(), kills))
                        .collect(Collectors.joining());
    }
}
