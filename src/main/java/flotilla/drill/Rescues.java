package flotilla.drill;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How long the images that killed workers had in hand waited for their answers.
 *
 * @param waits from the kill to the answer that a client got, in ascending order; without images that were answered before
 *     the kill, or never
 */
record Rescues(List<Duration> waits) {
    private static final int PERCENT = 100;
    private static final double MILLIS = 1_000;

    /** @param struck when an image's worker was killed, by the image's id */
    static Rescues of(List<Story> stories, Map<String, Instant> struck) {
        return new Rescues(stories.stream()
                .flatMap(story -> story.answeredAt().stream()
                        .flatMap(answered -> story.ids().stream()
                                .map(struck::get)
                                .filter(Objects::nonNull)
                                .map(killed -> Duration.between(killed, answered))))
                .filter(wait -> !wait.isNegative())
                .sorted()
                .toList());
    }

    /** For people. */
    String text() {
        return waits.isEmpty()
                ? "no image was in the hand of a killed worker"
                : "images in the hand of a killed worker %d; from the kill to the answer: median %s, 90 %% %s, longest %s"
                        .formatted(waits.size(), seconds(50), seconds(90), seconds(PERCENT));
    }

    private String seconds(int percent) {
        int rank = (int) Math.ceil(waits.size() * percent / (double) PERCENT);
        return "%.1f s".formatted(waits.get(Math.max(0, rank - 1)).toMillis() / MILLIS);
    }
}
