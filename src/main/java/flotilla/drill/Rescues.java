package flotilla.drill;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How long the images that killed workers had in hand waited. Of those that were late it is said what else met them within the promised time, and
 * of no longer one, lest those that take long be excused for what came later.
 *
 * @param waits from the last kill before it to the answer that a client got, in ascending order; without images that were answered
 *     before the kill, or never
 * @param results so many of the images have a first result after a kill of their worker
 * @param inTime of these, so many had it within the promise, counted from the last kill before it
 * @param disturbed of the others, in so many's promised time SQS or S3 was in trouble, or their worker had stood still
 * @param deserted of the rest, in so many's promised time there was no worker that could have worked
 * @param late the rest
 * @param passedOn of that, so many had come to yet another worker, which did not answer them
 */
record Rescues(List<Duration> waits, int results, int inTime, int disturbed, int deserted, int late, int passedOn) {
    /** From the end of the dead worker's lease until another worker has answered. */
    static final Duration PROMISED = Duration.ofSeconds(10);

    /** A result and the last kill before it. */
    private record Rescue(Stored result, Instant kill, int kills) {
        Duration took() {
            return Duration.between(kill, result.at());
        }

        /** Whether it was delivered to more workers than those that were killed with it and the one that answered. */
        boolean isPassedOn() {
            return result.delivery() > kills + 1;
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
        List<Rescue> all = stored.stream()
                .filter(result -> result.generation() == 1)
                .flatMap(result -> rescue(result, struck.getOrDefault(result.id(), List.of())).stream())
                .toList();
        List<Rescue> overdue =
                all.stream().filter(one -> one.took().compareTo(promise) > 0).toList();
        List<Rescue> undisturbed =
                overdue.stream().filter(one -> !isDisturbed(one, toll, promise)).toList();
        List<Rescue> late = undisturbed.stream()
                .filter(one -> !toll.isDeserted(one.kill(), one.kill().plus(promise)))
                .toList();
        return new Rescues(
                waits.stream().sorted().toList(),
                all.size(),
                all.size() - overdue.size(),
                overdue.size() - undisturbed.size(),
                undisturbed.size() - late.size(),
                late.size(),
                (int) late.stream().filter(Rescue::isPassedOn).count());
    }

    private static Optional<Instant> lastBefore(Instant answered, List<Instant> kills) {
        return kills.stream().filter(kill -> !kill.isAfter(answered)).max(Instant::compareTo);
    }

    private static Optional<Rescue> rescue(Stored result, List<Instant> kills) {
        int before =
                (int) kills.stream().filter(kill -> !kill.isAfter(result.at())).count();
        return lastBefore(result.at(), kills).map(kill -> new Rescue(result, kill, before));
    }

    private static boolean isDisturbed(Rescue one, Toll toll, Duration promise) {
        return toll.stalled().contains(one.result().id())
                || toll.spans(Toll.Of.STORES).stream()
                        .anyMatch(span -> span.touches(one.kill(), one.kill().plus(promise)));
    }

    /** Three lines for people. */
    String text() {
        String all = waits.isEmpty()
                ? "no image was in the hand of a killed worker"
                : "images in the hand of a killed worker %d; from the kill to the answer: %s"
                        .formatted(waits.size(), Waits.text(waits));
        return all
                + "%nresults of images after a kill of their worker %d, within %d s of the lease's end %d"
                        .formatted(results, PROMISED.toSeconds(), inTime)
                + "%nlater with SQS or S3 in trouble or a worker that stood still %d, with no worker that could work %d, with neither %d, of which %d had come to yet another worker"
                        .formatted(disturbed, deserted, late, passedOn);
    }
}
