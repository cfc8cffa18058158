package flotilla.config;

/** What runs a network. */
public enum InferenceEngine {
    /** PyTorch: {@code model.pt} and its forms. */
    PYTORCH,
    /** ONNX Runtime: {@code model.onnx}, in fp32. */
    ONNXRUNTIME;

    /** As settings, log lines and metrics name it. */
    public String text() {
        return Choice.text(this);
    }
}
