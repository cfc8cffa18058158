package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How workers came to their ends: what EC2 was told to end, and what the workers wrote then. A worker that was ended and wrote nothing
 * counts as one with images in hand, unless it had never asked for one, or the drill has killed it; and so does one that had not drained and was not
 * behind its fence, whatever it held: what a receive under way brings it does not know. One that the drill has kept from being heard for so long that
 * silence proves death is ended whatever it holds if it stood still until then, for it can give nothing back; if it was merely cut off it must have.
 *
 * @param told so many instances with a worker were ended by EC2's call
 * @param silent of these, which the drill killed before they wrote anything, so that nothing is known
 * @param takenForDead of these, which held images, or left no word, and were rightly taken for dead
 * @param busy a line for each worker that held images when it was told to end, as far as is known
 */
record LastWords(int told, int silent, int takenForDead, List<String> busy) {
    private static final Pattern TOLD =
            Pattern.compile("(?m)^(\\S+) .*instance=(i-[0-9a-f]+) [a-z-]+ -> shutting-down");
    private static final Pattern LEAVING = Pattern.compile("leaving inHand=(\\d+)");
    /** It holds nothing from then on, and there is no way back. */
    private static final String DRAINED = " drained epoch=";

    private static final String RECEIVING = " receiving as worker=";
    private static final String FENCED = ": receiving nothing until it does";

    /** A worker that stood still gives back what it holds within that. */
    private static final Duration GIVES_BACK_WITHIN = Duration.ofSeconds(10);

    /**
     * Reads the logs in the cloud's folder.
     *
     * @param fence how long a worker that is not heard asks for more; only after that can it be taken for dead
     */
    static LastWords of(Path data, Toll toll, Duration fence) throws IOException {
        Path logs = data.resolve("logs");
        Set<String> killed = toll.killed();
        Map<String, Instant> told = told(Files.readString(logs.resolve("cloud.log")));
        int ended = 0;
        int silent = 0;
        int takenForDead = 0;
        List<String> busy = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("i-")) {
                    continue;
                }
                String instance = name.substring(0, name.lastIndexOf('.'));
                String log = Files.readString(file);
                boolean isTold = told.containsKey(instance);
                List<String> inHand = held(log);
                boolean wordless = isTold && inHand.isEmpty() && !isKnownIdle(log);
                ended += isTold ? 1 : 0;
                boolean unheard =
                        isTold && toll.silence(instance, told.get(instance)).compareTo(fence) > 0;
                if (unheard && stoodStill(toll, instance, told.get(instance))) {
                    takenForDead += wordless || !inHand.isEmpty() ? 1 : 0;
                    continue;
                }
                inHand.forEach(images -> busy.add(instance + " was told to end with " + images + " images in hand"));
                if (isTold
                        && inHand.isEmpty()
                        && !unheard
                        && LEAVING.matcher(log).find()
                        && isAtWork(log)) {
                    busy.add(instance + " was ended though it had not drained, and was heard");
                }
                if (wordless) {
                    if (killed.contains(instance)) {
                        silent++;
                    } else {
                        busy.add(instance + " was ended and left no word of what it had in hand");
                    }
                }
            }
        }
        return new LastWords(ended, silent, takenForDead, busy);
    }

    /** When each instance was told first. */
    private static Map<String, Instant> told(String cloud) {
        return TOLD.matcher(cloud)
                .results()
                .collect(Collectors.toMap(
                        line -> line.group(2),
                        line -> OffsetDateTime.parse(line.group(1)).toInstant(),
                        (first, again) -> first));
    }

    /** How many images it held each time that it was told to end with some. */
    private static List<String> held(String log) {
        return LEAVING.matcher(log)
                .results()
                .map(line -> line.group(1))
                .filter(images -> !images.equals("0"))
                .toList();
    }

    private static boolean isKnownIdle(String log) {
        return LEAVING.matcher(log).find() || log.contains(DRAINED) || !hasReceived(log);
    }

    private static boolean stoodStill(Toll toll, String instance, Instant told) {
        return toll.isFrozen(instance, told.minus(GIVES_BACK_WITHIN), told);
    }

    /** Whether it was receiving when it was told to end: it had begun to, was not behind its fence, and had not drained. */
    private static boolean isAtWork(String log) {
        return hasReceived(log) && !log.contains(DRAINED) && log.lastIndexOf(RECEIVING) > log.lastIndexOf(FENCED);
    }

    /** Whether a worker has ever asked for an image. */
    static boolean hasReceived(String log) {
        return log.contains(RECEIVING);
    }

    /** For people. */
    String text() {
        return ("workers ended by the scaler %d, of which the drill killed %d before a last word, and froze %d with images"
                        + " until they counted as dead")
                .formatted(told, silent, takenForDead);
    }
}
