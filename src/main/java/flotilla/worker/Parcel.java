package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.QueueMessage;
import java.time.Instant;

/**
 * One delivery on its way through the {@link ImagePipeline}. A failed element is a value: it is {@link Settled} early and
 * passes the stages that are left untouched.
 */
sealed interface Parcel {
    QueueMessage message();

    /** Fresh from the queue. */
    record Received(QueueMessage message, Instant at) implements Parcel {}

    /**
     * The message was understood.
     *
     * @param suspect a process died with the image inside
     */
    record Understood(QueueMessage message, Instant at, ClassificationRequest request, boolean suspect)
            implements Parcel {}

    /** The image is here. */
    record Fetched(
            QueueMessage message,
            Instant at,
            ClassificationRequest request,
            boolean suspect,
            EncodedImage image,
            double fetchMillis)
            implements Parcel {}

    /** There is an outcome. */
    record Answered(QueueMessage message, ClassificationRequest request, boolean suspect, ClassificationResult result)
            implements Parcel {}

    /** The result that stands is in the store. */
    record Stored(QueueMessage message, ClassificationRequest request, ClassificationResult result) implements Parcel {}

    /** It is clear what the queue is to be told. */
    record Settled(QueueMessage message, Verdict verdict) implements Parcel {}
}
