package flotilla.inference;

import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;

/** Makes every classification of another factory's classifiers take a time longer, as an image that is harder would. */
final class DelayedClassifierFactory implements ClassifierFactory {
    private final ClassifierFactory factory;
    private final Duration delay;

    /**
     * @param factory is closed with this one
     * @param delay added to each classification; the classifier's thread blocks for it
     */
    DelayedClassifierFactory(ClassifierFactory factory, Duration delay) {
        this.factory = factory;
        this.delay = delay;
    }

    @Override
    public String model() {
        return factory.model();
    }

    @Override
    public String engine() {
        return factory.engine();
    }

    @Override
    public int parallelism() {
        return factory.parallelism();
    }

    @Override
    public int largestBatch() {
        return factory.largestBatch();
    }

    @Override
    public ImageClassifier create() {
        ImageClassifier classifier = factory.create();
        return new ImageClassifier() {
            /**
             * @throws CancellationException when the thread is interrupted; it stays interrupted
             */
            @Override
            public List<Outcome> classify(List<EncodedImage> images) {
                images.forEach(image -> block());
                return classifier.classify(images);
            }

            @Override
            public Optional<Steps> lastSteps() {
                return classifier.lastSteps();
            }

            @Override
            public void close() {
                classifier.close();
            }
        };
    }

    @Override
    public void close() {
        factory.close();
    }

    private void block() {
        long end = System.nanoTime() + delay.toNanos();
        for (long left = delay.toNanos(); left > 0; left = end - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("interrupted within the classifier's delay of " + delay);
            }
            LockSupport.parkNanos(this, left);
        }
    }
}
