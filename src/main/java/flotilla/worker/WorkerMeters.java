package flotilla.worker;

import java.util.function.IntSupplier;

/** Who is shown what a worker has in hand. */
@FunctionalInterface
public interface WorkerMeters {
    /** Looks at nothing. */
    WorkerMeters NONE = (classifiers, inHand) -> {};

    /**
     * The worker is put together.
     *
     * @param classifiers side by side
     * @param inHand the messages that are leased to this worker; may be asked at any time, from any thread
     */
    void show(int classifiers, IntSupplier inHand);
}
