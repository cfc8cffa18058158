package flotilla.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is known of an image's way at its end, kept with its result. Times are those of the clocks of the machines named, which may
 * differ.
 *
 * @param gateway that accepted it
 * @param storedAt when its image was stored, by the gateway's clock
 * @param trace where it belongs in a trace, when there is one
 * @param work of the worker that had the outcome; empty when none had
 * @param givenUp what was done for it in vain; empty when it was not given up
 */
public record Journey(
        GatewayId gateway,
        Instant storedAt,
        Optional<TraceParent> trace,
        Optional<Work> work,
        Optional<GivenUp> givenUp) {
    /** The way of an image that was not given up. */
    public Journey(GatewayId gateway, Instant storedAt, Optional<TraceParent> trace, Optional<Work> work) {
        this(gateway, storedAt, trace, work, Optional.empty());
    }

    /**
     * A worker's part.
     *
     * @param queuedAt when its message was sent, by the queue's clock
     * @param leasedAt when the worker got the message
     * @param finishedAt when there was an outcome
     * @param delivery how often the message had been delivered, this time included; from 1
     * @param batch images that were classified in the same run; 0 when none was
     * @param workerSince when the worker's process started
     * @param died processes that ended with the image inside a classifier before
     */
    public record Work(
            Instant queuedAt,
            Instant leasedAt,
            Instant finishedAt,
            int delivery,
            int batch,
            Instant workerSince,
            List<String> died) {
        public Work {
            died = List.copyOf(died);
        }
    }

    /**
     * Deliveries without an outcome, after which its message was delivered no more.
     *
     * @param at when it was given up, by the clock of the gateway that stored the failure
     * @param deliveries of its message before; empty when they are not known
     * @param died processes that ended with the image inside a classifier
     */
    public record GivenUp(Instant at, OptionalInt deliveries, List<String> died) {
        public GivenUp {
            died = List.copyOf(died);
        }
    }
}
