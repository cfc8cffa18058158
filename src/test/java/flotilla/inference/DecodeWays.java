package flotilla.inference;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Pipeline;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Ways from a JPEG of 500×375 to the bundled model's input, by turns in one thread: processor time, and how far the values are
 * from those of the first way. {@code bench/decode-ways} runs it.
 */
final class DecodeWays {
    private static final int TURNS = 15;
    private static final int IMAGES = 30;

    private final Preprocessor preprocessor;
    private final ImageDecoder decoder = new ImageDecoder(1_000_000, DecodeMemory.ofHeap());
    private final ModelSpec.Input input;
    private final byte[] jpeg;

    private interface Way {
        float[] values() throws Exception;
    }

    private DecodeWays(ModelSpec.Input input, byte[] jpeg) {
        this.input = input;
        this.preprocessor = new Preprocessor(input);
        this.jpeg = jpeg;
    }

    /** Prints the table. */
    public static void main(String[] arguments) throws Exception {
        System.setProperty("ai.djl.offline", "true");
        ModelSpec.Input input = ModelFolder.bundled().spec().input();
        DecodeWays ways = new DecodeWays(
                input, jpeg(ImageIO.read(Path.of("samples/coffee.png").toFile())));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, Way> all = new LinkedHashMap<>();
            all.put("ImageIO, own resize in integers (used)", ways::own);
            all.put("ImageIO at half size by leaving pixels out, own resize", ways::subsampled);
            all.put("ImageIO, Java2D's bilinear", ways::java2d);
            all.put("DJL's ImageFactory and transforms", () -> ways.djl(manager));
            ways.measure(all);
        }
    }

    private void measure(Map<String, Way> ways) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, double[]> times = new LinkedHashMap<>();
        ways.keySet().forEach(name -> times.put(name, new double[TURNS]));
        for (int turn = -TURNS; turn < TURNS; turn++) {
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                long start = threads.getCurrentThreadCpuTime();
                for (int image = 0; image < IMAGES; image++) {
                    way.getValue().values();
                }
                if (turn >= 0) {
                    times.get(way.getKey())[turn] = (threads.getCurrentThreadCpuTime() - start) / 1e6 / IMAGES;
                }
            }
        }
        float[] right = own();
        System.out.println("ratio to DJL  ms      largest and mean difference of a value, in 255ths");
        double[] stock = times.get("DJL's ImageFactory and transforms");
        for (Map.Entry<String, Way> way : ways.entrySet()) {
            double[] ratios = new double[TURNS];
            Arrays.setAll(ratios, turn -> times.get(way.getKey())[turn] / stock[turn]);
            float[] values = way.getValue().values();
            double largest = 0;
            double sum = 0;
            for (int i = 0; i < right.length; i++) {
                largest = Math.max(largest, Math.abs(values[i] - right[i]) * 255);
                sum += Math.abs(values[i] - right[i]) * 255;
            }
            System.out.printf(
                    "%.3f         %.2f    %.0f, %.2f  %s%n",
                    median(ratios), median(times.get(way.getKey())), largest, sum / right.length, way.getKey());
        }
    }

    private float[] own() {
        try (ImageDecoder.Decoded decoded = decoder.decode(jpeg)) {
            return preprocessor.tensor(((ImageDecoder.Decoded.Image) decoded).pixels(), Layout.PLANAR);
        }
    }

    private float[] subsampled() throws IOException {
        return preprocessor.tensor(new RgbImage(read(2)), Layout.PLANAR);
    }

    private float[] java2d() throws IOException {
        BufferedImage image = read(1);
        BufferedImage small = new BufferedImage(input.width(), input.height(), BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, input.width(), input.height(), null);
        graphics.dispose();
        return preprocessor.tensor(new RgbImage(small), Layout.PLANAR);
    }

    private float[] djl(NDManager parent) throws IOException {
        try (NDManager manager = parent.newSubManager()) {
            Image image = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(jpeg));
            NDArray values = new Pipeline(new Resize(input.width(), input.height()), new ToTensor())
                    .transform(new NDList(image.toNDArray(manager)))
                    .head();
            return values.toFloatArray();
        }
    }

    private BufferedImage read(int step) throws IOException {
        ImageReader reader = ImageKind.JPEG.newReader();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg))) {
            reader.setInput(in, true, true);
            ImageReadParam parameters = reader.getDefaultReadParam();
            parameters.setSourceSubsampling(step, step, 0, 0);
            return reader.read(0, parameters);
        } finally {
            reader.dispose();
        }
    }

    private static byte[] jpeg(BufferedImage photograph) throws IOException {
        BufferedImage image = new BufferedImage(500, 375, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(photograph, 0, 0, 500, 375, null);
        graphics.dispose();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(0.95f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
