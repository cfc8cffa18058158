package flotilla.testing;

import java.util.stream.Stream;

/**
 * Decisions every ten seconds and the arrivals that follow from them: page and {@code top} are held to the same definition.
 *
 * @param decisions of each its number and the images accepted by then, as JSON
 * @param perMinute images a minute at each of them, or null while they are not known, as JSON
 */
public record ArrivalCase(String name, String decisions, String perMinute) {
    public static Stream<ArrivalCase> all() {
        return Stream.of(
                new ArrivalCase(
                        "counted over half a minute",
                        "[[1,0],[2,0],[3,5],[4,10],[5,15],[6,15]]",
                        "[null,null,30,30,30,20]"),
                new ArrivalCase(
                        "another supervisor hears of what waits from one gateway after the other",
                        "[[1,10],[2,10],[3,10],[900,40],[901,240],[902,240],[903,250]]",
                        "[null,null,0,null,null,0,30]"),
                new ArrivalCase(
                        "another supervisor knows of fewer",
                        "[[1,900],[2,900],[3,910],[900,4],[901,4],[902,24]]",
                        "[null,null,60,null,null,120]"),
                new ArrivalCase(
                        "not known in between", "[[1,0],[2,0],[3,null],[4,100],[5,100]]", "[null,null,null,null,0]"));
    }

    @Override
    public String toString() {
        return name;
    }
}
