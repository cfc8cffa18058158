package flotilla.protocol;

import flotilla.domain.Outcome;

/**
 * Turns an image into labels. An instance belongs to one thread at a time; it blocks until the answer is there.
 */
public interface ImageClassifier extends AutoCloseable {
    /**
     * Classifies one image.
     *
     * @return labels, or a failure that lies in the image itself
     * @throws RuntimeException when the classifier itself is broken; the image is innocent
     */
    Outcome classify(EncodedImage image);

    @Override
    void close();
}
