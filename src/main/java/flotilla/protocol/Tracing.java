package flotilla.protocol;

import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import java.time.Instant;
import java.util.Optional;

/**
 * Who is told of an image's way, as spans of a trace. Called on the way of every image, from any thread: it must neither block nor
 * fail. Times are the caller's; what it does in between is timed by nobody else.
 */
public interface Tracing {
    /** Nobody is told. What a client sends as its context is passed on all the same, so that others can join what they record. */
    Tracing OFF = new NoTracing();

    /** One image's upload, while it goes on. */
    interface Upload {
        /** Where the image's further way belongs: its message carries this. */
        Optional<TraceParent> context();

        /** The image is in the store. */
        void stored(Instant at);

        /** Its message is in the queue. */
        void queued(Instant at);

        /**
         * It is over.
         *
         * @param refusal the code of the problem when the image was not taken
         */
        void ended(Instant at, Optional<String> refusal);
    }

    /**
     * An upload begins.
     *
     * @param client where the client wants it to belong
     */
    Upload upload(RequestId id, Optional<TraceParent> client, Instant at);

    /** Whether anybody is told of anything. */
    boolean isOn();

    /** Whether anybody wants what is done below a context; if not, nobody need put it together. */
    boolean wants(Optional<TraceParent> parent);

    /** Something was done. */
    void done(TraceParent parent, Span span);
}
