package flotilla.inference;

import flotilla.config.ClassifierSettings;
import flotilla.config.ModelLocation;
import flotilla.config.ModelSettings;
import flotilla.config.SettingsException;
import flotilla.protocol.ClassifierFactory;
import java.util.Optional;

/** The door to this room: settings in, classifiers out. */
public final class Classifiers {
    private Classifiers() {}

    /**
     * Opens what the settings ask for. With {@code djl} this loads an engine and the model, and takes seconds; the other
     * kinds touch neither.
     *
     * @param model one in S3 was fetched before, see {@link ModelCache}
     * @param maxPixels the most pixels of an image that is decoded
     * @param meters times the steps of {@code djl}; the other kinds have none
     * @throws SettingsException when a model or table cannot be used
     */
    public static ClassifierFactory open(
            ModelSettings model, ClassifierSettings classifier, long maxPixels, InferenceMeters meters) {
        ClassifierFactory factory =
                switch (classifier.kind()) {
                    case DJL -> djl(model, classifier, maxPixels, meters);
                    case TABLE -> TableClassifierFactory.read(classifier.table().orElseThrow());
                    case DELAY -> new DelayClassifierFactory();
                };
        return classifier.delay().isZero() ? factory : new DelayedClassifierFactory(factory, classifier.delay());
    }

    /** Opens what nobody times. */
    public static ClassifierFactory open(ModelSettings model, ClassifierSettings classifier, long maxPixels) {
        return open(model, classifier, maxPixels, InferenceMeters.NONE);
    }

    /**
     * Looks at what the settings name without loading it, so that a whole system need not start to find out. A model that is
     * elsewhere is not looked at.
     *
     * @throws SettingsException when the model folder or the table cannot be used
     */
    public static void check(ModelSettings model, ClassifierSettings classifier) {
        switch (classifier.kind()) {
            case DJL -> folder(model).ifPresent(folder -> folder.requireNetwork(classifier.engine()));
            case TABLE ->
                TableClassifierFactory.read(classifier.table().orElseThrow()).close();
            case DELAY -> {}
        }
    }

    private static ClassifierFactory djl(
            ModelSettings model, ClassifierSettings classifier, long maxPixels, InferenceMeters meters) {
        if (model.location() instanceof ModelLocation.InZoo zoo) {
            return DjlClassifierFactory.open(
                    new ModelZooLoader(zoo, model.zoo()), model.conf(), classifier, maxPixels, meters);
        }
        ModelFolder folder = folder(model)
                .orElseThrow(() -> new IllegalArgumentException(model.location() + " was not fetched to a folder"));
        return DjlClassifierFactory.open(folder, classifier, maxPixels, meters);
    }

    /** The model's folder, when it is one of this machine. */
    private static Optional<ModelFolder> folder(ModelSettings model) {
        if (model.location() instanceof ModelLocation.Folder folder) {
            return Optional.of(ModelFolder.at(folder.path(), folder.name()).with(model.conf()));
        }
        return model.location() instanceof ModelLocation.Bundled
                ? Optional.of(ModelFolder.bundled().with(model.conf()))
                : Optional.empty();
    }
}
