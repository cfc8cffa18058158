package flotilla.inference;

import ai.onnxruntime.OrtEnvironment;
import flotilla.config.InferenceEngine;
import java.util.List;

/** ONNX Runtime, of which each network has threads of its own. */
final class OnnxRuntimeEngine implements NetworkEngine {
    @Override
    public InferenceEngine setting() {
        return InferenceEngine.ONNXRUNTIME;
    }

    @Override
    public String djlName() {
        return "OnnxRuntime";
    }

    @Override
    public String title() {
        return "ONNX Runtime";
    }

    @Override
    public void start() {
        // DJL would load PyTorch, too, for operations on arrays that ONNX Runtime has not; none is used here.
        System.setProperty("ai.djl.onnx.disable_alternative", "true");
        // A pool that all networks could share; each has its own.
        System.setProperty("ai.djl.onnxruntime.num_threads", "1");
        System.setProperty("ai.djl.onnxruntime.num_interop_threads", "1");
        NativeLibraries.unpack(setting());
        NetworkEngine.load(this, "Linux on x86_64 or aarch64 with glibc");
        OnnxEnvironment.keep();
    }

    /** Its own word: DJL names the version that it was built with. */
    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public String stamp() {
        return title() + " " + version();
    }

    /** Its networks take planar inputs; it lays values out anew by itself where that is faster. */
    @Override
    public List<Layout> layouts() {
        return List.of(Layout.PLANAR);
    }

    @Override
    public void setThreads(int threads) {}

    @Override
    public Tuning loaded(Tuning way) {
        return new Tuning(way.form(), Layout.PLANAR, way.parallelism(), way.threads(), 1);
    }
}
