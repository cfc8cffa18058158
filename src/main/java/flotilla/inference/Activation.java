package flotilla.inference;

/** What turns a model's raw scores into probabilities. */
enum Activation {
    /** {@code exp(x) / Σ exp}: exactly one label applies. */
    SOFTMAX {
        @Override
        double[] apply(float[] scores) {
            double[] result = unbounded(scores);
            double sum = 0;
            for (int i = 0; i < scores.length; i++) {
                result[i] = Math.exp(result[i]);
                sum += result[i];
            }
            for (int i = 0; i < result.length; i++) {
                result[i] /= sum;
            }
            return result;
        }

        /** Less the largest one: a number that is added to all of them changes no probability. */
        @Override
        double[] unbounded(float[] scores) {
            double max = Double.NEGATIVE_INFINITY;
            for (float score : scores) {
                max = Math.max(max, score);
            }
            double[] result = new double[scores.length];
            for (int i = 0; i < scores.length; i++) {
                result[i] = scores[i] - max;
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
            return unbounded(scores);
        }
    };

    /** A new array of the same length. */
    abstract double[] apply(float[] scores);

    /** The scores as far as they matter to the probabilities; a new array of the same length. */
    double[] unbounded(float[] scores) {
        double[] result = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            result[i] = scores[i];
        }
        return result;
    }
}
