package flotilla.domain;

/**
 * One label that a model gives to an image.
 *
 * @param label the label's text
 * @param index the class number in the model's output, from 0
 * @param probability the model's score after activation; 0 to 1 for softmax and sigmoid
 */
public record Prediction(String label, int index, double probability) {}
