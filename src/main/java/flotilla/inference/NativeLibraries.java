package flotilla.inference;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks PyTorch's native libraries (450 MB) from the jar into DJL's cache folder, {@code DJL_CACHE_DIR} or
 * {@code ~/.djl.ai}, where DJL looks for them first. DJL would unpack them too, but two processes that do so at the same
 * time can delete each other's files; here one waits for the other. Nothing is loaded into this process.
 */
public final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    private static final String ENGINE = "pytorch";

    private NativeLibraries() {}

    /**
     * Makes sure that the libraries are unpacked; quick when they are. Safe in any number of threads and processes at
     * once. Does nothing when the class path holds none for this platform: then DJL says what is missing.
     *
     * @throws UncheckedIOException when the cache folder cannot be written
     */
    public static synchronized void unpack() {
        Platform platform = Platform.detectPlatform(ENGINE);
        if (platform.isPlaceholder()) {
            return;
        }
        Path cache = Utils.getEngineCacheDir(ENGINE);
        Path folder =
                cache.resolve(platform.getVersion() + '-' + platform.getFlavor() + '-' + platform.getClassifier());
        Path bridge = folder.resolve(platform.getApiVersion() + '-' + System.mapLibraryName("djl_torch"));
        Path torch = folder.resolve(System.mapLibraryName("torch"));
        if (Files.exists(torch) && Files.exists(bridge)) {
            return;
        }
        try {
            Files.createDirectories(cache);
            // The lock stays outside the folder: DJL loads every file that it finds in there.
            try (FileChannel channel = FileChannel.open(
                            cache.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                LOG.debug("holding {}", lock);
                if (!Files.exists(torch)) {
                    unpackTorch(platform, cache, folder);
                }
                if (!Files.exists(bridge)) {
                    unpackBridge(platform, cache, bridge);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot unpack PyTorch to " + cache + " (450 MB; another folder: DJL_CACHE_DIR): " + e.getMessage(),
                    e);
        }
    }

    private static void unpackTorch(Platform platform, Path cache, Path folder) throws IOException {
        LOG.info("unpacking PyTorch {} to {}", platform.getVersion(), folder);
        Path unfinished = Files.createTempDirectory(cache, "unpack");
        try {
            String resources = ENGINE + '/' + platform.getFlavor() + '/' + platform.getClassifier() + '/';
            for (String library : platform.getLibraries()) {
                copy(resources + library, unfinished.resolve(library));
            }
            Utils.deleteQuietly(folder);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Utils.deleteQuietly(unfinished);
        }
    }

    private static void unpackBridge(Platform platform, Path cache, Path bridge) throws IOException {
        Path unfinished = Files.createTempFile(cache, "unpack", ".tmp");
        try {
            copy(
                    "jnilib/" + platform.getClassifier() + '/' + platform.getFlavor() + '/'
                            + System.mapLibraryName("djl_torch"),
                    unfinished);
            Files.move(unfinished, bridge, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void copy(String resource, Path to) throws IOException {
        try (InputStream from = ClassLoaderUtils.getResourceAsStream(resource)) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
