package flotilla.protocol;

import flotilla.domain.AppTierId;
import flotilla.domain.RequestId;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What the supervisor says to a worker. */
public interface WorkerCommand {
    /**
     * The supervisor has heard a report: for as long as it goes by this one it does not take the worker for dead. Said of
     * each report; a lost one costs nothing when the next one arrives.
     *
     * @param report the report's number
     */
    record Heard(long report) implements WorkerCommand, CborSerializable {}

    /**
     * The supervisor knows the worker.
     *
     * @param appTierId the id on its instance's tag; empty for a worker started by hand
     */
    record Registered(Optional<AppTierId> appTierId) implements WorkerCommand, CborSerializable {}

    /** Receive nothing more, finish what is in hand, then report that you are drained. Repeating it changes nothing. */
    record Drain(long epoch) implements WorkerCommand, CborSerializable {}

    /** Go back to work unless the drain of this epoch is finished. Repeating it changes nothing. */
    record CancelDrain(long epoch) implements WorkerCommand, CborSerializable {}

    /**
     * Terminate requests with a lower token are an earlier supervisor's: nobody waits for them. Only with the drain channel
     * {@code queues}.
     */
    record RequestsFrom(long token) implements WorkerCommand, CborSerializable {}

    /**
     * Say whether you have an image; who has not says nothing.
     *
     * @param id the image's request
     */
    record WhoHas(RequestId id, ActorRef<HolderReport> replyTo) implements WorkerCommand, CborSerializable {}
}
