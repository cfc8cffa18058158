package flotilla.inference;

import java.util.List;

/**
 * What {@code model.conf} says: how an image becomes the model's input, and the model's output labels.
 *
 * @param name the model's name, as results carry it
 */
record ModelSpec(String name, Input input, Output output) {

    /**
     * The input: float32, 1×3×height×width, RGB, samples scaled to 0–1, then {@code (x - mean) / std} for each channel.
     *
     * @param width in pixels
     * @param height in pixels
     * @param resize how the image is brought to size
     * @param mean for R, G, B
     * @param std for R, G, B; none of them 0
     */
    record Input(int width, int height, Resize resize, List<Double> mean, List<Double> std) {
        Input {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
        }
    }

    /** How an image of any shape is brought to the input's size. */
    sealed interface Resize {
        /** Straight to width and height; the aspect ratio is lost. */
        record Stretch() implements Resize {}

        /** The shorter side to {@code side} pixels, then the centre is cut out. */
        record ShorterThenCentre(int side) implements Resize {}
    }

    /**
     * The output: 1×classes scores.
     *
     * @param topK how many labels a result has at most
     */
    record Output(Activation activation, int topK) {}
}
