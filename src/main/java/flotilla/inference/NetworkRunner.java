package flotilla.inference;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;

/** Runs a network on input tensors; owns a predictor, and so belongs to one thread at a time. */
final class NetworkRunner implements AutoCloseable {
    private final Predictor<InputTensor, float[][]> predictor;

    NetworkRunner(Model network) {
        this.predictor = network.newPredictor(new Scores());
    }

    /**
     * The scores of each image, in the tensor's order: images×classes.
     *
     * @throws TranslateException when the network does not take the input, or gives something else
     */
    float[][] scores(InputTensor input) throws TranslateException {
        return predictor.predict(input);
    }

    @Override
    public void close() {
        predictor.close();
    }

    private static final class Scores implements NoBatchifyTranslator<InputTensor, float[][]> {
        private int images;

        @Override
        public NDList processInput(TranslatorContext context, InputTensor input) {
            images = input.images();
            return new NDList(input.in(context.getNDManager()));
        }

        @Override
        public float[][] processOutput(TranslatorContext context, NDList outputs) throws TranslateException {
            NDArray scores = outputs.isEmpty() ? null : outputs.head();
            if (outputs.size() != 1
                    || scores.getDataType() != DataType.FLOAT32
                    || scores.getShape().dimension() != 2
                    || scores.getShape().get(0) != images) {
                throw new TranslateException("the output must be one float32 array of shape (" + images
                        + ", classes), not "
                        + (scores == null ? "nothing" : scores.getDataType() + " " + scores.getShape()));
            }
            float[] flat = scores.toFloatArray();
            int classes = flat.length / images;
            float[][] byImage = new float[images][classes];
            for (int i = 0; i < images; i++) {
                System.arraycopy(flat, i * classes, byImage[i], 0, classes);
            }
            return byImage;
        }
    }
}
