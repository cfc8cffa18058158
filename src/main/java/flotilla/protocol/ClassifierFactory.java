package flotilla.protocol;

/** Makes classifiers that share one loaded model. Closing the factory unloads the model; close its classifiers first. */
public interface ClassifierFactory extends AutoCloseable {
    /** The model's name, as results carry it. */
    String model();

    /** A classifier of its own for one thread. */
    ImageClassifier create();

    @Override
    void close();
}
