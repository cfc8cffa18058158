package flotilla.inference;

/** What the model that comes with Flotilla has, for benchmarks. */
public final class BundledModel {
    private BundledModel() {}

    /** Whether it has a file, such as {@code model.bf16.pt}. */
    public static boolean has(String file) {
        return ModelFolder.bundled().has(file);
    }
}
