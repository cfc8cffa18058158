package flotilla.worker;

import flotilla.domain.RequestId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The end of a worker that does not come by a drain: notices that a classifier hung and makes durable which images are to
 * blame, and gives back what is still in hand. What comes of that it tells the worker as {@link Worker.Blamed} and {@link
 * Worker.HandedBack}. Confined to the worker's actor.
 */
final class Departure {
    private final ActorContext<Worker.Command> context;
    private final Attempts attempts;
    private final Leases leases;
    private final HandBack handBack;
    private final Duration hangAfter;
    private List<RequestId> hung = List.of();
    private boolean blamed;

    Departure(
            ActorContext<Worker.Command> context,
            Attempts attempts,
            Leases leases,
            HandBack handBack,
            Duration hangAfter) {
        this.context = context;
        this.attempts = attempts;
        this.leases = leases;
        this.handBack = handBack;
        this.hangAfter = hangAfter;
    }

    /** Looks for images that are inside for too long, and begins to blame them: the worker must end. */
    boolean begunByAHang() {
        List<RequestId> ids = attempts.hung(hangAfter);
        if (ids.isEmpty()) {
            return false;
        }
        context.getLog()
                .error(
                        "hung={} were inside a classifier for {}: this worker ends, and gives back the rest of inHand={}",
                        ids,
                        hangAfter,
                        leases.inHand());
        hung = ids;
        context.pipeToSelf(attempts.blame(ids), (done, failure) -> new Worker.Blamed(failure));
        return true;
    }

    /** What is not durable stays in the file of marks, for who comes next on this machine. */
    void blamed(Worker.Blamed done) {
        blamed = true;
        if (done.failure() == null) {
            attempts.forgiveOthers();
        } else {
            context.getLog()
                    .warn(
                            "which images hung could not be stored: {}",
                            done.failure().toString());
        }
    }

    /** The process ends for another reason than a hang, and nobody is to blame for what is inside. */
    void forgive() {
        if (hung.isEmpty()) {
            attempts.forgiveOthers();
        }
    }

    /** Whether the blame is cast, and nothing is in hand but what hung. */
    boolean isReady(boolean graceOver) {
        return blamed && (graceOver || leases.inHand() <= hung.size());
    }

    /**
     * Ends the leases of all that is in hand. Before that nobody is to blame any more for what is inside alone and did not hang, for
     * who receives it next asks at once.
     */
    void handBack() {
        context.pipeToSelf(
                attempts.forgiveAlone(hung).thenCompose(forgiven -> handBack.all()),
                (messages, failure) -> new Worker.HandedBack(failure == null ? messages : 0, failure));
    }

    void handedBack(Worker.HandedBack done) {
        if (done.failure() != null) {
            context.getLog()
                    .warn(
                            "{} messages come back when their leases end: {}",
                            leases.inHand(),
                            done.failure().toString());
        } else if (done.messages() > 0) {
            context.getLog().warn("given back unfinished={}: another worker has them at once", done.messages());
        }
    }
}
