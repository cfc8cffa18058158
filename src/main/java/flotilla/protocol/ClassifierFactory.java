package flotilla.protocol;

/** Makes classifiers that share one loaded model. Closing the factory unloads the model; close its classifiers first. */
public interface ClassifierFactory extends AutoCloseable {
    /** The model's name, as results carry it. */
    String model();

    /** What runs the model, as {@code flotilla.classifier.engine} names it; {@code none} where nothing is run. */
    default String engine() {
        return "none";
    }

    /** How many classifiers should work side by side; 0 when it does not matter to them. */
    default int parallelism() {
        return 0;
    }

    /** How many images one run of a classifier takes together; 1 when it takes them one by one. */
    default int largestBatch() {
        return 1;
    }

    /** A classifier of its own for one thread. */
    ImageClassifier create();

    @Override
    void close();
}
