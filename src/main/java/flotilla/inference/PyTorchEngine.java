package flotilla.inference;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import flotilla.config.InferenceEngine;
import java.util.List;

/** PyTorch, in which each thread that calculates has a number of threads. */
final class PyTorchEngine implements NetworkEngine {
    @Override
    public InferenceEngine setting() {
        return InferenceEngine.PYTORCH;
    }

    @Override
    public String djlName() {
        return "PyTorch";
    }

    @Override
    public String title() {
        return "PyTorch";
    }

    @Override
    public void start() {
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        NativeLibraries.unpack(setting());
        NetworkEngine.load(this, "Linux on x86_64 with glibc");
    }

    @Override
    public String version() {
        return Engine.getEngine(djlName()).getVersion();
    }

    /** The version alone, as when there was no other engine: what machines have measured since then stays known. */
    @Override
    public String stamp() {
        return version();
    }

    @Override
    public List<Layout> layouts() {
        return List.of(Layout.PLANAR, Layout.INTERLEAVED);
    }

    /** A thread that has not been told takes all cores for the first convolutions, until PyTorch asks for the number. */
    @Override
    public void setThreads(int threads) {
        JniUtils.setNumThreads(threads);
    }

    @Override
    public Tuning loaded(Tuning way) {
        return Tuning.inOneThread(way.form(), Layout.PLANAR);
    }
}
