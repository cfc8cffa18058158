package flotilla.inference;

/** What turns a model's raw scores into probabilities. */
enum Activation {
    /** {@code exp(x) / Σ exp}: exactly one label applies. */
    SOFTMAX {
        @Override
        double[] apply(float[] scores) {
            double max = Double.NEGATIVE_INFINITY;
            for (float score : scores) {
                max = Math.max(max, score);
            }
            double[] result = new double[scores.length];
            double sum = 0;
            for (int i = 0; i < scores.length; i++) {
                result[i] = Math.exp(scores[i] - max);
                sum += result[i];
            }
            for (int i = 0; i < result.length; i++) {
                result[i] /= sum;
            }
            return result;
        }
    },
    /** {@code 1 / (1 + exp(-x))}: each label applies or not, by itself. */
    SIGMOID {
        @Override
        double[] apply(float[] scores) {
            double[] result = new double[scores.length];
            for (int i = 0; i < scores.length; i++) {
                result[i] = 1 / (1 + Math.exp(-scores[i]));
            }
            return result;
        }
    },
    /** The scores as they are. */
    NONE {
        @Override
        double[] apply(float[] scores) {
            double[] result = new double[scores.length];
            for (int i = 0; i < scores.length; i++) {
                result[i] = scores[i];
            }
            return result;
        }
    };

    /** A new array of the same length. */
    abstract double[] apply(float[] scores);
}
