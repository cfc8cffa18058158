package flotilla.worker;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where a worker learns what becomes of its machine. */
public interface MachineNotices {
    /** What EC2 may tell a machine; each is asked for by itself, so that one that cannot be read hides no other. */
    enum Notice {
        /** EC2 takes it back; the moment is its end. */
        INTERRUPTION,
        /** EC2 recommends another one; the moment is since when. */
        REBALANCE
    }

    /**
     * What is said now.
     *
     * @return the moment that the notice tells, by EC2's clock; empty while there is none; fails when nobody could be asked within
     *     some seconds, or when the answer cannot be read
     */
    CompletionStage<Optional<Instant>> look(Notice notice);
}
