package flotilla.protocol;

import flotilla.domain.RequestId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One image's way, step by step, as far as it is known.
 *
 * @param status {@code pending}, {@code done} or {@code failed}
 * @param file the client's name for it, when it has a result
 * @param answer the label, or the failure's code
 * @param traceId of its trace, 32 hexadecimal digits
 * @param events in their order; their times are those of several machines' clocks
 * @param workers those that had it, and where they came from; the one that answered last
 */
public record Timeline(
        RequestId id,
        String status,
        Optional<String> file,
        Optional<String> answer,
        Optional<String> traceId,
        List<Event> events,
        List<Worker> workers) {
    public Timeline {
        events = List.copyOf(events);
        workers = List.copyOf(workers);
    }

    /**
     * A step.
     *
     * @param name such as {@code leased}
     * @param at empty when nobody noted it
     * @param by the gateway or worker
     * @param delivery for a lease, which delivery of the message it was, from 1
     * @param images for a batch, how many were classified in one run
     * @param note what else there is to say, in a few words
     */
    public record Event(
            String name,
            Optional<Instant> at,
            Optional<String> by,
            OptionalInt delivery,
            OptionalInt images,
            Optional<String> note) {
        /** A step of which the time is all that is known. */
        public static Event at(String name, Optional<Instant> at) {
            return new Event(name, at, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
        }

        public Event by(String who) {
            return new Event(name, at, Optional.of(who), delivery, images, note);
        }

        public Event delivery(int number) {
            return new Event(name, at, by, OptionalInt.of(number), images, note);
        }

        public Event images(int count) {
            return new Event(name, at, by, delivery, OptionalInt.of(count), note);
        }

        public Event note(String text) {
            return new Event(name, at, by, delivery, images, Optional.of(text));
        }
    }

    /**
     * A worker that had the image.
     *
     * @param appTierId of the one that answered
     * @param supply the decision that supplied its instance, when that is known
     */
    public record Worker(String id, OptionalInt appTierId, Optional<Supplier> supply) {}

    /**
     * The decision that supplied a worker.
     *
     * @param n its number
     * @param kind what it did to have that instance: {@code launch}, {@code start} or {@code assign-id}
     * @param summary the decision in a sentence
     */
    public record Supplier(long n, Instant at, String kind, String reason, String summary) {}
}
