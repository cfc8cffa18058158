package flotilla.protocol;

import flotilla.domain.RequestId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * What is known of the worker processes that had an image inside a classifier. Durable. Two kinds of things are written: that a
 * process died with the image inside, and that a process is about to have it inside all alone, which may have ended it or may go
 * on. A process is told once of each kind, however often it is added.
 */
public interface AttemptStore {
    /**
     * One process.
     *
     * @param process the name of this one life of a worker
     * @param died whether it is known to have ended; otherwise it has the image inside alone, or had when it ended
     * @param alone whether no other image was inside, so that nothing else can have ended it
     * @param age since that was written, by the store's own clock; only told of one that is not known to have ended
     */
    record Attempt(String process, boolean died, boolean alone, Duration age) {
        /** A process that ended with the image inside, and maybe with others. */
        public static Attempt dead(String process) {
            return new Attempt(process, true, false, Duration.ZERO);
        }

        /** A process that ended with the image inside alone. */
        public static Attempt deadAlone(String process) {
            return new Attempt(process, true, true, Duration.ZERO);
        }

        /** A process that may live. */
        public static Attempt alone(String process, Duration age) {
            return new Attempt(process, false, true, age);
        }
    }

    /**
     * A process ended with the image inside.
     *
     * @param alone whether the image was tried alone
     */
    CompletionStage<Done> died(RequestId id, String process, boolean alone);

    /** A process is about to have the image inside, alone: it is to blame if nobody says otherwise. */
    CompletionStage<Done> enters(RequestId id, String process);

    /** The image has left that process alive, or did not enter; a missing attempt is no error. */
    CompletionStage<Done> left(RequestId id, String process);

    /** All that is known of an image, in the order of the processes' names, each once. */
    CompletionStage<List<Attempt>> of(RequestId id);

    /** Removes all: the image is as innocent as a new one. */
    CompletionStage<Done> clear(RequestId id);
}
