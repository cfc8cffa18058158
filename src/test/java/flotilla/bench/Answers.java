package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model answers to the photographs.
 *
 * @param photographs the labels that a result names for each, the best first
 */
record Answers(List<List<Answer>> photographs) {
    /**
     * A label.
     *
     * @param label its class number
     * @param probability as the model gives it
     */
    record Answer(int label, double probability) {}

    Answers {
        photographs = photographs.stream().map(List::copyOf).toList();
        if (photographs.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a photograph without a label");
        }
    }

    /** What {@link #json} wrote. */
    static Answers read(JsonNode json) {
        List<List<Answer>> photographs = new ArrayList<>();
        for (JsonNode photograph : json) {
            List<Answer> labels = new ArrayList<>();
            photograph.forEach(label ->
                    labels.add(new Answer(label.path(0).asInt(), label.path(1).asDouble())));
            photographs.add(labels);
        }
        return new Answers(photographs);
    }

    /** On one line: for each photograph its labels, each a class number and a probability. */
    String json() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (List<Answer> photograph : photographs) {
            ArrayNode labels = all.addArray();
            photograph.forEach(answer -> labels.addArray().add(answer.label()).add(answer.probability()));
        }
        return all.toString();
    }

    /**
     * How far they are from the plain network's.
     *
     * @throws IllegalArgumentException when they are of other photographs
     */
    Difference from(Answers plain) {
        if (photographs.size() != plain.photographs.size()) {
            throw new IllegalArgumentException(photographs.size() + " photographs against " + plain.photographs.size());
        }
        double largest = 0;
        int same = 0;
        for (int i = 0; i < photographs.size(); i++) {
            List<Answer> ours = photographs.get(i);
            List<Answer> right = plain.photographs.get(i);
            largest = Math.max(largest, Math.max(apart(ours, right), apart(right, ours)));
            same += ours.get(0).label() == right.get(0).label() ? 1 : 0;
        }
        return new Difference(largest, same, photographs.size());
    }

    /** How far the labels' probabilities are from those that others give them. */
    private static double apart(List<Answer> labels, List<Answer> others) {
        return labels.stream().mapToDouble(label -> apart(label, others)).max().orElseThrow();
    }

    /** Others that do not name the label give it no more than the last that they name: so far it is from theirs at least. */
    private static double apart(Answer label, List<Answer> others) {
        double last = others.get(others.size() - 1).probability();
        return others.stream()
                .filter(other -> other.label() == label.label())
                .mapToDouble(other -> Math.abs(other.probability() - label.probability()))
                .findFirst()
                .orElseGet(() -> Math.max(0, label.probability() - last));
    }
}
