package flotilla.supervisor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** A lease that a test gives and takes. Safe for all threads. */
final class HandLease implements SupervisorLease {
    private final CompletableFuture<Done> laidDown = new CompletableFuture<>();
    private Standing standing = new Standing.NotHeld("held by somebody");
    private Runnable changed = () -> {};
    private int releases;
    private int abandons;

    synchronized void give(long tenure) {
        standing = new Standing.Held(tenure);
        changed.run();
    }

    synchronized void take(String why) {
        standing = new Standing.NotHeld(why);
        changed.run();
    }

    /** Nobody is told. */
    synchronized void takeSilently(String why) {
        standing = new Standing.NotHeld(why);
    }

    synchronized int releases() {
        return releases;
    }

    synchronized int abandons() {
        return abandons;
    }

    /** From now on releases are complete. */
    void completeReleases() {
        laidDown.complete(Done.getInstance());
    }

    @Override
    public synchronized Standing standing() {
        return standing;
    }

    @Override
    public synchronized void want(Runnable whenChanged) {
        changed = whenChanged;
        // What is given is told of once, whether it was given before or after it was wanted.
        if (standing instanceof Standing.Held) {
            changed.run();
        }
    }

    @Override
    public void watch() {}

    @Override
    public synchronized CompletionStage<Done> release() {
        releases++;
        standing = new Standing.NotHeld("released");
        return laidDown;
    }

    @Override
    public synchronized void abandon() {
        abandons++;
        standing = new Standing.NotHeld("abandoned");
    }
}
