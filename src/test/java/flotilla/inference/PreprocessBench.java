package flotilla.inference;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ResizeShort;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.Pipeline;
import ai.djl.translate.TranslateException;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The parts of a classification, one thread, in milliseconds: what stands before the network, ours and DJL's own, and the
 * network. Both sides end with the values in an array of the engine, as the network takes them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PreprocessBench {
    /** The folder of photographs. */
    @Param("target/bench/photos")
    public String photos;

    /** The model's folder. */
    @Param("target/bench/resnet18-plain")
    public String model;

    private final List<byte[]> files = new ArrayList<>();
    private int next;
    private NDManager manager;
    private ImageDecoder decoder;
    private Preprocessor preprocessor;
    private InputTensor ours;
    private Pipeline stock;
    private Model network;
    private Predictor<NDList, NDList> predictor;
    private NDList input;

    /** Reads the photographs and loads PyTorch with one thread. */
    @Setup
    public void open() throws Exception {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        try (Stream<Path> all = Files.list(Path.of(photos))) {
            for (Path file : all.sorted().toList()) {
                files.add(Files.readAllBytes(file));
            }
        }
        ModelSpec spec = ModelConf.read(
                Files.readString(Path.of(model, ModelFolder.CONF)), model + "/model.conf", ConfigFactory.empty());
        ModelSpec.Input size = spec.input();
        decoder = new ImageDecoder(50_000_000, DecodeMemory.ofHeap());
        preprocessor = new Preprocessor(size);
        ours = new InputTensor(size, Layout.INTERLEAVED, 1);
        stock = stock(size);
        network = Model.newInstance(spec.name(), Device.cpu(), "PyTorch");
        try (InputStream file = Files.newInputStream(Path.of(model, ModelFolder.NETWORK))) {
            network.load(file);
        }
        manager = network.getNDManager().newSubManager();
        predictor = network.newPredictor(new NoopTranslator(null));
        input = new NDList(manager.create(
                new float[3 * size.height() * size.width()], new Shape(1, 3, size.height(), size.width())));
    }

    /** What a user of DJL would write for such an input. */
    private static Pipeline stock(ModelSpec.Input input) {
        Pipeline pipeline = new Pipeline();
        if (input.resize() instanceof ModelSpec.Resize.ShorterThenCentre shorter) {
            pipeline.add(new ResizeShort(shorter.side())).add(new CenterCrop(input.width(), input.height()));
        } else {
            pipeline.add(new Resize(input.width(), input.height()));
        }
        pipeline.add(new ToTensor());
        boolean plain = input.mean().stream().allMatch(mean -> mean == 0)
                && input.std().stream().allMatch(std -> std == 1);
        return plain ? pipeline : pipeline.add(new Normalize(floats(input.mean()), floats(input.std())));
    }

    private static float[] floats(List<Double> numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = numbers.get(i).floatValue();
        }
        return floats;
    }

    @TearDown
    public void close() {
        predictor.close();
        manager.close();
        network.close();
    }

    /** As a worker prepares an image. */
    @Benchmark
    public float ours() {
        try (ImageDecoder.Decoded decoded = decoder.decode(photo());
                NDManager scope = manager.newSubManager()) {
            ours.clear();
            ours.add(preprocessor.tensor(((ImageDecoder.Decoded.Image) decoded).pixels(), ours.layout()));
            return ours.in(scope).size();
        }
    }

    /** As DJL's own translators do. */
    @Benchmark
    public float stock() throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            Image image = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(photo()));
            NDList transformed = stock.transform(new NDList(image.toNDArray(scope, Image.Flag.COLOR)));
            return transformed.head().expandDims(0).size();
        }
    }

    /** The decoder alone. */
    @Benchmark
    public int decode() {
        try (ImageDecoder.Decoded decoded = decoder.decode(photo())) {
            return ((ImageDecoder.Decoded.Image) decoded).pixels().width();
        }
    }

    /** The network alone. */
    @Benchmark
    public float predict() throws TranslateException {
        try (NDList scores = predictor.predict(input)) {
            return scores.head().getFloat(0, 0);
        }
    }

    private byte[] photo() {
        next = (next + 1) % files.size();
        return files.get(next);
    }
}
