package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.protocol.QuarantineStore.Redriven;
import flotilla.protocol.Timeline.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an image went through before it was given up, for each time that this was not the end: a redrive followed, or an answer that
 * came late. Pure.
 *
 * @param lives the first one first
 * @param again whether what followed the last of them has not ended yet
 */
record FormerLives(List<Life> lives, boolean again) {
    /** Of an image that was never given up, or for good. */
    static final FormerLives NONE = new FormerLives(List.of(), false);

    /**
     * From an image's message to its giving up.
     *
     * @param failure what was stored then
     * @param redriven the redrive that followed; empty when none did, or none was noted
     */
    record Life(ClassificationResult failure, Optional<Redriven> redriven) {
        private Optional<Journey.GivenUp> givenUp() {
            return failure.journey().flatMap(Journey::givenUp);
        }

        private List<String> died() {
            return givenUp().map(Journey.GivenUp::died).orElse(List.of());
        }

        private void tell(List<Event> events) {
            events.addAll(VainDeliveries.events(
                    died(), givenUp().map(Journey.GivenUp::deliveries).orElse(OptionalInt.empty())));
            Event end = Event.at("given-up", givenUp().map(Journey.GivenUp::at));
            events.add(failure.outcome() instanceof Outcome.Failed failed ? end.note(failed.text()) : end);
            redriven.ifPresent(again -> events.add(Event.at("redriven", Optional.of(again.at()))));
        }
    }

    FormerLives {
        lives = List.copyOf(lives);
    }

    /**
     * Those that there were: each result that another followed is the end of one, and the last result too, if a redrive asked for
     * another one.
     *
     * @param results of the image, the first one first
     * @param redrives of it, the first one first
     */
    static FormerLives of(List<ClassificationResult> results, List<Redriven> redrives) {
        List<Life> lives = new ArrayList<>();
        for (int generation = 1; generation <= results.size(); generation++) {
            int ended = generation;
            ClassificationResult result = results.get(generation - 1);
            boolean isLast = generation == results.size();
            // The last one may have been redriven to a number beyond the next; of those before it the next number is
            // known.
            Optional<Redriven> next = redrives.stream()
                    .filter(one -> isLast ? one.generation() > ended : one.generation() == ended + 1)
                    .findFirst();
            boolean isOver = !isLast || result.outcome().isProvisional() && next.isPresent();
            if (isOver) {
                lives.add(new Life(result, next));
            }
        }
        return new FormerLives(lives, !lives.isEmpty() && lives.size() == results.size());
    }

    /** Processes that ended with the image inside a classifier. */
    List<String> died() {
        return lives.stream().flatMap(life -> life.died().stream()).distinct().toList();
    }

    /** Whether it is known of each how it ended; of those of an older gateway it is not. */
    boolean areKnown() {
        return lives.stream().allMatch(life -> life.givenUp().isPresent());
    }

    /** Whether one of them was over when a message was queued, which is not the image's first one then. */
    boolean precede(Instant queuedAt) {
        return lives.stream()
                .anyMatch(life -> life.givenUp()
                        .map(known -> known.at().isBefore(queuedAt))
                        .orElse(life.redriven().isPresent()));
    }

    /** What happened in them, in order. */
    List<Event> events() {
        List<Event> events = new ArrayList<>();
        lives.forEach(life -> life.tell(events));
        return events;
    }
}
