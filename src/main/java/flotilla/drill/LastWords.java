package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How workers came to their ends: what EC2 was told to end, and what the workers wrote then. A worker that was ended and wrote nothing
 * counts as one with images in hand, unless it had never asked for one, or the drill has killed it.
 *
 * @param told so many instances with a worker were ended by EC2's call
 * @param silent of these, which the drill killed before they wrote anything, so that nothing is known
 * @param busy a line for each worker that held images when it was told to end, as far as is known
 */
record LastWords(int told, int silent, List<String> busy) {
    private static final Pattern TOLD = Pattern.compile("instance=(i-[0-9a-f]+) [a-z-]+ -> shutting-down");
    private static final Pattern LEAVING = Pattern.compile("leaving inHand=(\\d+)");
    /** It holds nothing from then on, and there is no way back. */
    private static final String DRAINED = " drained epoch=";

    private static final String RECEIVING = " receiving as worker=";

    /**
     * Reads the logs in the cloud's folder.
     *
     * @param killed instances whose workers the drill has killed
     */
    static LastWords of(Path data, Set<String> killed) throws IOException {
        Path logs = data.resolve("logs");
        Set<String> told = told(Files.readString(logs.resolve("cloud.log")));
        int ended = 0;
        int silent = 0;
        List<String> busy = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("i-")) {
                    continue;
                }
                String instance = name.substring(0, name.lastIndexOf('.'));
                String log = Files.readString(file);
                boolean isTold = told.contains(instance);
                List<String> inHand = held(log);
                inHand.forEach(images -> busy.add(instance + " was told to end with " + images + " images in hand"));
                ended += isTold ? 1 : 0;
                if (isTold && inHand.isEmpty() && !isKnownIdle(log)) {
                    if (killed.contains(instance)) {
                        silent++;
                    } else {
                        busy.add(instance + " was ended and left no word of what it had in hand");
                    }
                }
            }
        }
        return new LastWords(ended, silent, busy);
    }

    private static Set<String> told(String cloud) {
        return Set.copyOf(TOLD.matcher(cloud)
                .results()
                .map(line -> line.group(1))
                .distinct()
                .toList());
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
        return LEAVING.matcher(log).find() || log.contains(DRAINED) || !log.contains(RECEIVING);
    }

    /** For people. */
    String text() {
        return "workers ended by the scaler %d, of which the drill killed %d before a last word"
                .formatted(told, silent);
    }
}
