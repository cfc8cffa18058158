package flotilla.inference;

import flotilla.config.ClassifierSettings;
import flotilla.config.ModelSettings;
import flotilla.config.SettingsException;
import flotilla.protocol.ClassifierFactory;

/** The door to this room: settings in, classifiers out. */
public final class Classifiers {
    private Classifiers() {}

    /**
     * Opens what the settings ask for. With {@code djl} this loads PyTorch and the model, and takes seconds; the other
     * kinds touch neither.
     *
     * @param maxPixels the most pixels of an image that is decoded
     * @throws SettingsException when a model or table cannot be used
     */
    public static ClassifierFactory open(ModelSettings model, ClassifierSettings classifier, long maxPixels) {
        ClassifierFactory factory =
                switch (classifier.kind()) {
                    case DJL ->
                        DjlClassifierFactory.open(
                                model.path().map(ModelFolder::at).orElseGet(ModelFolder::bundled),
                                classifier.threads(),
                                maxPixels);
                    case TABLE -> TableClassifierFactory.read(classifier.table().orElseThrow());
                    case DELAY -> new DelayClassifierFactory();
                };
        return classifier.delay().isZero() ? factory : new DelayedClassifierFactory(factory, classifier.delay());
    }
}
