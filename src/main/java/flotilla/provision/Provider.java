package flotilla.provision;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * Sees and makes the things of one kind. Whatever fails does so with {@link flotilla.protocol.InfrastructureException},
 * or with {@link NotYetException}; every call may be repeated.
 */
public interface Provider {
    /** What is there; changes nothing. */
    CompletionStage<Seen> look(Thing thing);

    /** Makes it, with our tag. */
    CompletionStage<Done> create(Wanted wanted);

    /**
     * Changes it, and puts our tag on it.
     *
     * @param attributes those that are not as wanted; no other is touched
     */
    CompletionStage<Done> change(Wanted wanted, Set<String> attributes);

    /** Removes it, with what is in it. A missing one is no error. */
    CompletionStage<Done> remove(Thing thing);

    /** Ends what of it runs, so that it can be removed. Most things do not run. */
    default CompletionStage<Done> end(Thing thing) {
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
