package flotilla.inference;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import flotilla.config.InferenceEngine;
import flotilla.config.SettingsException;
import java.util.List;

/** An engine of DJL that runs networks, and what is particular to it. Nothing of it is loaded before {@link #start}. */
interface NetworkEngine {
    /** The one that a setting asks for. */
    static NetworkEngine of(InferenceEngine engine) {
        return switch (engine) {
            case PYTORCH -> new PyTorchEngine();
            case ONNXRUNTIME -> new OnnxRuntimeEngine();
        };
    }

    /** The setting that asks for it. */
    InferenceEngine setting();

    /** What DJL calls it. */
    String djlName();

    /** What people call it. */
    String title();

    /**
     * Unpacks and loads its native libraries, once.
     *
     * @throws SettingsException when it does not run on this machine
     */
    void start();

    /** The version of its native library; after {@link #start}. */
    String version();

    /** What tells measurements with it from those with another engine or version; after {@link #start}. */
    String stamp();

    /** How the values of an input may lie for it; planar comes first. */
    List<Layout> layouts();

    /**
     * Says how many threads networks may take that are loaded or run by the calling thread from now on. Every thread that loads or runs
     * one has to say so itself, before: until then it may have another number. Does nothing where a network has its number from when
     * it was loaded.
     */
    void setThreads(int threads);

    /** The way for which a network has to be loaded that is to be run in this one: equal for ways that can share a network. */
    Tuning loaded(Tuning way);

    /**
     * Lets DJL load an engine.
     *
     * @param needs what it runs on
     */
    static Engine load(NetworkEngine engine, String needs) {
        try {
            return Engine.getEngine(engine.djlName());
        } catch (EngineException | LinkageError e) {
            throw new SettingsException(
                    engine.title() + " cannot be loaded (" + DjlErrors.oneLine(e) + "); flotilla.classifier.engine = "
                            + engine.setting().text() + " needs " + needs,
                    e);
        }
    }
}
