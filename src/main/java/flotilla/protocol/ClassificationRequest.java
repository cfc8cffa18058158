package flotilla.protocol;

import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * The message in the request queue: a pointer to an image that was accepted, and a small image itself. JSON, versioned.
 *
 * @param id the request
 * @param image where the image is
 * @param file the client's name for it
 * @param gateway the gateway process that waits for the answer
 * @param acceptedAt when the gateway had stored its image and was about to send this, by the gateway's clock
 * @param trace the W3C trace context ({@code traceparent}) of the upload, when there is one
 * @param size of the image in bytes, when it is known
 * @param content the image itself, when it is small enough; it is stored all the same
 * @param generation of the result that is asked for: 1 when it was accepted, one more with each redrive
 * @param quarantine why a worker gave it up, in a message for the dead-letter queue
 * @param tries what had been tried by then, in such a message
 */
public record ClassificationRequest(
        RequestId id,
        ImageRef image,
        FileName file,
        GatewayId gateway,
        Instant acceptedAt,
        Optional<String> trace,
        Optional<Long> size,
        Optional<ByteString> content,
        int generation,
        Optional<String> quarantine,
        Optional<Tries> tries) {
    /**
     * What was done for an image before it was given up.
     *
     * @param deliveries of its message
     * @param died processes that ended with the image inside a classifier
     */
    public record Tries(int deliveries, List<String> died) {
        public Tries {
            died = List.copyOf(died);
        }
    }

    public ClassificationRequest {
        if (generation < 1) {
            throw new IllegalArgumentException("generations count from 1, not from " + generation);
        }
    }

    /** A request as it was accepted. */
    public ClassificationRequest(
            RequestId id,
            ImageRef image,
            FileName file,
            GatewayId gateway,
            Instant acceptedAt,
            Optional<String> trace,
            Optional<Long> size,
            Optional<ByteString> content) {
        this(id, image, file, gateway, acceptedAt, trace, size, content, 1, Optional.empty(), Optional.empty());
    }

    /** A pointer to an image of unknown size. */
    public ClassificationRequest(
            RequestId id,
            ImageRef image,
            FileName file,
            GatewayId gateway,
            Instant acceptedAt,
            Optional<String> trace) {
        this(id, image, file, gateway, acceptedAt, trace, Optional.empty(), Optional.empty());
    }

    /** Where it belongs in a trace, when what the message says of that can be read. */
    public Optional<TraceParent> traceParent() {
        return trace.flatMap(TraceParent::parse);
    }

    /** The way of its image as far as the request tells. */
    public Journey journey() {
        return new Journey(gateway, acceptedAt, traceParent(), Optional.empty());
    }

    /**
     * The same with what a worker did for it.
     *
     * @param work of the worker that had an outcome
     */
    public Journey journey(Journey.Work work) {
        return new Journey(gateway, acceptedAt, traceParent(), Optional.of(work));
    }

    /** The same with what was done in vain. */
    public Journey journey(Journey.GivenUp givenUp) {
        return new Journey(gateway, acceptedAt, traceParent(), Optional.empty(), Optional.of(givenUp));
    }

    /** The same without its image, which is stored. */
    public ClassificationRequest pointing() {
        return new ClassificationRequest(
                id, image, file, gateway, acceptedAt, trace, size, Optional.empty(), generation, quarantine, tries);
    }

    /** The same, given up. */
    public ClassificationRequest quarantined(String reason) {
        return new ClassificationRequest(
                id, image, file, gateway, acceptedAt, trace, size, content, generation, Optional.of(reason), tries);
    }

    /** The same, with what was tried in vain. */
    public ClassificationRequest tried(Tries vain) {
        return new ClassificationRequest(
                id, image, file, gateway, acceptedAt, trace, size, content, generation, quarantine, Optional.of(vain));
    }

    /** The same, asked for once more. */
    public ClassificationRequest redriven(int next) {
        return new ClassificationRequest(
                id, image, file, gateway, acceptedAt, trace, size, content, next, Optional.empty(), Optional.empty());
    }
}
