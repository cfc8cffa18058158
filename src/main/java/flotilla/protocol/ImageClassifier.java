package flotilla.protocol;

import flotilla.domain.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Turns images into labels. An instance belongs to one thread at a time; it blocks until the answers are there.
 */
public interface ImageClassifier extends AutoCloseable {
    /**
     * Classifies images together, in one run of the network where that takes several.
     *
     * @param images at least one and at most {@link ClassifierFactory#largestBatch()}
     * @return for each image, in their order, labels or a failure that lies in the image itself
     * @throws RuntimeException when the classifier itself is broken; the images are innocent
     */
    List<Outcome> classify(List<EncodedImage> images);

    /** Classifies one image, as {@link #classify(List)} does. */
    default Outcome classify(EncodedImage image) {
        return classify(List.of(image)).get(0);
    }

    /** How long the steps of the last run took; empty where there are none. */
    default Optional<Steps> lastSteps() {
        return Optional.empty();
    }

    /**
     * Processor time of the last run in milliseconds, where this thread alone did its work: what the run cost, whatever else the
     * machine's processors did meanwhile. Empty where that is not known.
     */
    default OptionalDouble lastProcessorMillis() {
        return OptionalDouble.empty();
    }

    /**
     * The steps of a run.
     *
     * @param decodeMillis of each image, in their order
     * @param predictMillis of the network's run, in which all were; 0 when none could be decoded
     */
    record Steps(List<Double> decodeMillis, double predictMillis) {
        public Steps {
            decodeMillis = List.copyOf(decodeMillis);
        }
    }

    @Override
    void close();
}
