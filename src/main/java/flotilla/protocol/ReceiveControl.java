package flotilla.protocol;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Steers a running receiver. All methods may be called from any thread. */
public interface ReceiveControl {
    /**
     * Starts no further receive. Messages of a receive that is still under way are emitted as always.
     *
     * @return complete when no receive is under way and everything received was emitted downstream (or, when the stream
     *     was cancelled meanwhile, returned to the queue); fails with {@link java.util.concurrent.CancellationException} when
     *     {@link #resume} comes first
     */
    CompletionStage<Done> pause();

    /** Receives again after a pause. */
    void resume();

    /** The capacity may have grown: ask for it again. */
    void wake();

    /** Pauses for good and completes the stream when everything received was emitted. */
    void stop();
}
