package flotilla.inference;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/**
 * libwebp, behind an ImageIO reader of the library {@code webp-imageio}. It is loaded with the first WebP.
 *
 * <p>That reader unpacks its native library to a folder for temporary files and deletes it when the process ends in good
 * order. It is handed a folder of its own here, which is deleted as soon as the library is loaded, so that a killed process
 * leaves nothing behind.
 */
final class WebpLibrary {
    /** Where the reader unpacks to. */
    private static final String FOLDER_KEY = "com.luciad.imageio.webp.tmpdir";

    private WebpLibrary() {}

    /** Options of all reads: each set of them holds native memory that the reader never gives back. */
    private static final class Options {
        static final ImageReadParam SHARED = load();

        private static ImageReadParam load() {
            try {
                Path folder = Files.createTempDirectory("flotilla-webp-");
                System.setProperty(FOLDER_KEY, folder.toString());
                ImageReader reader = ImageKind.WEBP.newReader();
                try {
                    return reader.getDefaultReadParam();
                } finally {
                    reader.dispose();
                    delete(folder);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(Path folder) throws IOException {
            List<Path> unpacked;
            try (Stream<Path> files = Files.list(folder)) {
                unpacked = files.toList();
            }
            for (Path file : unpacked) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
    }

    /**
     * Sees to it that libwebp is loaded.
     *
     * @throws IllegalStateException when it cannot be; no image is to blame
     */
    static void load() {
        try {
            Options.SHARED.hasController();
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "libwebp cannot be loaded: there is none for this platform, or the folder for temporary files ("
                            + System.getProperty("java.io.tmpdir") + ") is full or may hold no libraries",
                    e);
        }
    }

    /**
     * Reads the only picture of a WebP.
     *
     * @throws IOException when it is broken
     */
    static BufferedImage read(ImageReader reader) throws IOException {
        try {
            return reader.read(0, Options.SHARED);
        } catch (OutOfMemoryError e) {
            if (e.getMessage() != null) {
                throw e;
            }
            // The reader's own, which has no message: libwebp gives that answer also to data that makes no sense.
            throw new IOException("its data is broken", e);
        }
    }
}
