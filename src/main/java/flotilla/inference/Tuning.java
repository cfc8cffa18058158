package flotilla.inference;

/**
 * How a network is run on this machine.
 *
 * @param form the file of the model folder that holds it, such as {@code model.fp32.pt}, or a way to run the file
 * @param layout of its input
 * @param parallelism classifiers side by side
 * @param threads of the engine within each
 * @param largestBatch images that one run takes; 1 when it does not take several
 */
record Tuning(String form, Layout layout, int parallelism, int threads, int largestBatch) {
    /** One classifier with one thread, image by image. */
    static Tuning inOneThread(String form, Layout layout) {
        return new Tuning(form, layout, 1, 1, 1);
    }

    /** The same with other numbers of classifiers and threads. */
    Tuning with(int otherParallelism, int otherThreads) {
        return new Tuning(form, layout, otherParallelism, otherThreads, largestBatch);
    }

    /** The same in batches of another size. */
    Tuning withLargestBatch(int images) {
        return new Tuning(form, layout, parallelism, threads, images);
    }
}
