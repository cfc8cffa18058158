package flotilla.bench;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The photographs that are classified: sections of the project's samples, enlarged to 500×375 and saved as JPEG of about
 * 100 kB, which is what a photograph of ImageNet looks like. The same on every machine with the same JDK.
 */
final class Photos {
    static final int WIDTH = 500;
    static final int HEIGHT = 375;

    private static final int COUNT = 24;
    private static final List<String> SOURCES = List.of("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg");
    private static final int BYTES = 100_000;
    /** Enlarged photographs are smoother than those of a camera and would be too small; a camera's noise makes up. */
    private static final int NOISE = 6;

    private Photos() {}

    /** Arguments: the folder of samples, the folder to write to. */
    public static void main(String[] args) throws IOException {
        make(Path.of(args[0]), Path.of(args[1]));
    }

    /**
     * Makes those that are missing.
     *
     * @return the folder
     */
    static Path make(Path samples, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < COUNT; i++) {
            Path file = folder.resolve(String.format("photo_%02d.jpg", i));
            if (!Files.exists(file)) {
                BufferedImage source = ImageIO.read(
                        samples.resolve(SOURCES.get(i % SOURCES.size())).toFile());
                Path unfinished = folder.resolve(file.getFileName() + ".new");
                Files.write(unfinished, jpegOf(section(source, new Random(i))));
                Files.move(unfinished, file);
            }
        }
        return folder;
    }

    /** A part of 4:3, at least 0.6 of the width. */
    private static BufferedImage section(BufferedImage source, Random random) {
        double most = Math.min(source.getWidth(), source.getHeight() * 4.0 / 3);
        int width = (int) (most * (0.6 + 0.4 * random.nextDouble()));
        int height = width * 3 / 4;
        int x = random.nextInt(source.getWidth() - width + 1);
        int y = random.nextInt(source.getHeight() - height + 1);
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(source.getSubimage(x, y, width, height), 0, 0, WIDTH, HEIGHT, null);
        graphics.dispose();
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                image.setRGB(column, row, noisy(image.getRGB(column, row), random));
            }
        }
        return image;
    }

    private static int noisy(int rgb, Random random) {
        int noise = (int) Math.round(NOISE * random.nextGaussian());
        int noisy = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            noisy |= Math.max(0, Math.min(255, (rgb >> shift & 255) + noise)) << shift;
        }
        return noisy;
    }

    /** At the quality that comes closest to the size wanted. */
    private static byte[] jpegOf(BufferedImage image) throws IOException {
        float low = 0.5f;
        float high = 1;
        byte[] best = jpegOf(image, high);
        for (int step = 0; step < 8; step++) {
            float quality = (low + high) / 2;
            byte[] bytes = jpegOf(image, quality);
            if (Math.abs(bytes.length - BYTES) < Math.abs(best.length - BYTES)) {
                best = bytes;
            }
            if (bytes.length > BYTES) {
                high = quality;
            } else {
                low = quality;
            }
        }
        return best;
    }

    private static byte[] jpegOf(BufferedImage image, float quality) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(quality);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The photographs' bytes, in the order of their names. */
    static List<byte[]> read(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
            List<byte[]> all = new ArrayList<>();
            for (Path file : sorted) {
                all.add(Files.readAllBytes(file));
            }
            return all;
        }
    }
}
