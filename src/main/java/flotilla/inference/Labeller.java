package flotilla.inference;

import flotilla.domain.Prediction;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Turns a model's raw scores into its best labels. Immutable. */
final class Labeller {
    private final List<String> labels;
    private final Activation activation;
    private final int topK;

    /**
     * @param labels by class number
     * @param topK how many labels to give at most
     */
    Labeller(List<String> labels, Activation activation, int topK) {
        this.labels = List.copyOf(labels);
        this.activation = activation;
        this.topK = topK;
    }

    /**
     * The best labels, best first; of equal ones the lower class number first.
     *
     * @param scores one for each label
     * @throws IllegalStateException when a probability is not a finite number: the model is broken, not the image
     */
    List<Prediction> best(float[] scores) {
        if (scores.length != labels.size()) {
            throw new IllegalStateException(
                    "the model gave " + scores.length + " scores for " + labels.size() + " labels");
        }
        double[] probabilities = activation.apply(scores);
        if (!Arrays.stream(probabilities).allMatch(Double::isFinite)) {
            throw new IllegalStateException("the model gave scores that are not finite numbers");
        }
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer index) -> -probabilities[index])
                        .thenComparing(Comparator.naturalOrder()))
                .limit(topK)
                .map(index -> new Prediction(labels.get(index), index, probabilities[index]))
                .toList();
    }
}
