package flotilla.worker;

import flotilla.domain.ClassificationResult;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.QueueMessage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One delivery on its way through the {@link ImagePipeline}. A failed element is a value: it is {@link Settled} early and
 * passes the stages that are left untouched.
 */
sealed interface Parcel {
    QueueMessage message();

    /** When this delivery came, by this machine's clock. */
    Instant at();

    /** The end of its way. */
    default Settled settled(Verdict verdict) {
        return new Settled(message(), at(), verdict);
    }

    /** Fresh from the queue. */
    record Received(QueueMessage message, Instant at) implements Parcel {}

    /**
     * The message was understood.
     *
     * @param died processes that died with the image inside; with any it is a suspect
     */
    record Understood(QueueMessage message, Instant at, ClassificationRequest request, List<String> died)
            implements Parcel {
        /** The same, with a past. */
        Understood suspect(List<String> processes) {
            return new Understood(message, at, request, processes);
        }
    }

    /** The image is here. */
    record Fetched(Understood understood, EncodedImage image, double fetchMillis) implements Parcel {
        @Override
        public QueueMessage message() {
            return understood.message();
        }

        @Override
        public Instant at() {
            return understood.at();
        }

        ClassificationRequest request() {
            return understood.request();
        }

        boolean suspect() {
            return !understood.died().isEmpty();
        }
    }

    /** There is an outcome. */
    record Answered(
            QueueMessage message,
            Instant at,
            ClassificationRequest request,
            boolean suspect,
            ClassificationResult result)
            implements Parcel {}

    /**
     * The result that stands is in the store.
     *
     * @param writing of this worker's own result; empty when another's was found before
     */
    record Stored(
            QueueMessage message,
            Instant at,
            ClassificationRequest request,
            ClassificationResult result,
            Optional<Traces.Writing> writing)
            implements Parcel {}

    /** It is clear what the queue is to be told. */
    record Settled(QueueMessage message, Instant at, Verdict verdict) implements Parcel {}
}
