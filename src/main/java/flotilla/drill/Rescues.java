package flotilla.drill;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long the images that killed workers had in hand waited.
 *
 * @param waits from the last kill before it to the answer that a client got, in ascending order; without images that were answered
 *     before the kill, or never
 * @param plain so many of the images were met by one kill alone, whose worker did not stand still either, while neither SQS nor S3 was in
 *     trouble until there was a result
 * @param inTime of these, so many had their result within the promise
 * @param passedOn of the others, so many had come to yet another worker, which did not answer them
 * @param deserted images left out of these because there was no worker that could have worked, from the kill to the end of the promise
 */
record Rescues(List<Duration> waits, int plain, int inTime, int passedOn, int deserted) {
    /** From the end of the dead worker's lease until another worker has answered. */
    static final Duration PROMISED = Duration.ofSeconds(10);

    /** Deliveries of an image that one worker took along and the next one answered. */
    private static final int TAKEN_ALONG_ONCE = 2;

    /** A result after one kill, and no other trouble that is known. */
    private record Plain(Stored result, Instant kill) {
        Duration took() {
            return Duration.between(kill, result.at());
        }
    }

    /**
     * Reckons.
     *
     * @param stored the results
     * @param lease how long a message stays with a worker of which nothing is heard
     */
    static Rescues of(List<Story> stories, List<Stored> stored, Toll toll, Duration lease) {
        Map<String, List<Instant>> struck = toll.struck();
        List<Duration> waits = new ArrayList<>();
        for (Story story : stories) {
            story.answeredAt()
                    .ifPresent(answered -> story.ids().stream()
                            .flatMap(id -> lastBefore(answered, struck.getOrDefault(id, List.of())).stream())
                            .forEach(kill -> waits.add(Duration.between(kill, answered))));
        }
        Duration promise = lease.plus(PROMISED);
        List<Plain> all = stored.stream()
                .filter(result -> result.generation() == 1)
                .flatMap(result -> plain(result, toll, struck).stream())
                .toList();
        List<Plain> plain = all.stream()
                .filter(one -> !toll.isDeserted(one.kill(), one.kill().plus(promise)))
                .toList();
        List<Plain> late =
                plain.stream().filter(one -> one.took().compareTo(promise) > 0).toList();
        int passedOn = (int) late.stream()
                .filter(one -> one.result().delivery() > TAKEN_ALONG_ONCE)
                .count();
        return new Rescues(
                waits.stream().sorted().toList(),
                plain.size(),
                plain.size() - late.size(),
                passedOn,
                all.size() - plain.size());
    }

    private static Optional<Instant> lastBefore(Instant answered, List<Instant> kills) {
        return kills.stream().filter(kill -> !kill.isAfter(answered)).max(Instant::compareTo);
    }

    /** A result and the one kill before it; empty where other trouble had a part in it. */
    private static Optional<Plain> plain(Stored result, Toll toll, Map<String, List<Instant>> struck) {
        List<Instant> kills = struck.getOrDefault(result.id(), List.of());
        if (kills.size() != 1
                || toll.stalled().contains(result.id())
                || kills.get(0).isAfter(result.at())) {
            return Optional.empty();
        }
        boolean troubled =
                toll.spans(Toll.Of.STORES).stream().anyMatch(span -> span.touches(kills.get(0), result.at()));
        return troubled ? Optional.empty() : Optional.of(new Plain(result, kills.get(0)));
    }

    /** Three lines for people. */
    String text() {
        String all = waits.isEmpty()
                ? "no image was in the hand of a killed worker"
                : "images in the hand of a killed worker %d; from the kill to the answer: %s"
                        .formatted(waits.size(), Waits.text(waits));
        return all
                + "%nof those met by one kill and no trouble of SQS or S3 %d had a result within %d s of the lease's end: %d"
                        .formatted(plain, PROMISED.toSeconds(), inTime)
                + "%nlater %d, of which %d had come to yet another worker; left out %d in whose time no worker could work"
                        .formatted(plain - inTime, passedOn, deserted);
    }
}
