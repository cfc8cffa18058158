package flotilla.inference;

/** Who times what classifiers do. Called for each image and run, on the classifiers' threads: it must neither block nor fail. */
public interface InferenceMeters {
    /** Times nothing. */
    InferenceMeters NONE = new InferenceMeters() {
        @Override
        public void decoded(long nanos) {}

        @Override
        public void predicted(long nanos) {}
    };

    /** An image was decoded and made ready for the network, or found to be none. */
    void decoded(long nanos);

    /** One run of the network, however many images were in it. */
    void predicted(long nanos);
}
