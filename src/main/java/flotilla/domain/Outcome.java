package flotilla.domain;

import java.util.List;

/** What became of one image: labels, or a failure that trying again would not change. */
public sealed interface Outcome {

    /**
     * The image was classified.
     *
     * @param model the name of the model that answered
     * @param predictions the best labels, best first; at least one
     */
    record Labelled(String model, List<Prediction> predictions) implements Outcome {
        public Labelled {
            predictions = List.copyOf(predictions);
            if (predictions.isEmpty()) {
                throw new IllegalArgumentException("a classified image has at least one prediction");
            }
        }

        /** The best label. */
        public String label() {
            return predictions.get(0).label();
        }
    }

    /**
     * The image cannot be classified.
     *
     * @param code why, for programs
     * @param message why, for people, in one line
     */
    record Failed(FailureCode code, String message) implements Outcome {
        /** Both, in one line. */
        public String text() {
            return code.text() + ": " + message;
        }
    }

    /** Whether another outcome may still supersede this one. */
    default boolean isProvisional() {
        return this instanceof Failed failed && failed.code().isProvisional();
    }
}
