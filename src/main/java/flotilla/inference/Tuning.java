package flotilla.inference;

/**
 * How a network is run on this machine.
 *
 * @param form the file of the model folder that holds it, such as {@code model.fp32.pt}
 * @param layout of its input
 * @param parallelism classifiers side by side
 * @param threads of PyTorch within each
 * @param largestBatch images that one run takes; 1 when it does not take several
 */
record Tuning(String form, Layout layout, int parallelism, int threads, int largestBatch) {
    /** The same with other numbers of classifiers and threads. */
    Tuning with(int otherParallelism, int otherThreads) {
        return new Tuning(form, layout, otherParallelism, otherThreads, largestBatch);
    }
}
