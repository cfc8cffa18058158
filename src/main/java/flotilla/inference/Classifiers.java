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
                    case DJL -> DjlClassifierFactory.open(folder(model), classifier.threads(), maxPixels);
                    case TABLE -> TableClassifierFactory.read(classifier.table().orElseThrow());
                    case DELAY -> new DelayClassifierFactory();
                };
        return classifier.delay().isZero() ? factory : new DelayedClassifierFactory(factory, classifier.delay());
    }

    /**
     * Looks at what the settings name without loading it, so that a whole system need not start to find out.
     *
     * @throws SettingsException when the model folder or the table cannot be used
     */
    public static void check(ModelSettings model, ClassifierSettings classifier) {
        switch (classifier.kind()) {
            case DJL -> folder(model);
            case TABLE ->
                TableClassifierFactory.read(classifier.table().orElseThrow()).close();
            case DELAY -> {}
        }
    }

    private static ModelFolder folder(ModelSettings model) {
        return model.path().map(ModelFolder::at).orElseGet(ModelFolder::bundled);
    }
}
