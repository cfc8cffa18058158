package flotilla.inference;

import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.util.List;

/**
 * Answers the stem of the file name at once and never looks at the image: nothing is left but the delay that
 * {@link DelayedClassifierFactory} puts around it.
 */
final class DelayClassifierFactory implements ClassifierFactory {
    @Override
    public String model() {
        return "delay";
    }

    @Override
    public ImageClassifier create() {
        return new ImageClassifier() {
            @Override
            public List<Outcome> classify(List<EncodedImage> images) {
                return images.stream().map(DelayClassifierFactory.this::stem).toList();
            }

            @Override
            public void close() {}
        };
    }

    private Outcome stem(EncodedImage image) {
        String label = FileName.of(image.fileName()).map(FileName::stem).orElse(image.fileName());
        return new Outcome.Labelled(model(), List.of(new Prediction(label, 0, 1.0)));
    }

    @Override
    public void close() {}
}
