package flotilla.inference;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies files out of the jar into folders that processes share; whoever sees a file there sees all of it. */
final class Unpacking {
    private static final Logger LOG = LoggerFactory.getLogger(Unpacking.class);

    private Unpacking() {}

    /** What is done while no other process does it. */
    interface Work {
        void run() throws IOException;
    }

    /** Makes the folder, and does what one process at a time may do in it. */
    static void alone(Path cache, Work work) throws IOException {
        Files.createDirectories(cache);
        // The lock stays outside the folders of libraries: DJL loads every file that it finds in there.
        try (FileChannel channel = FileChannel.open(
                        cache.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            LOG.debug("holding {}", lock);
            work.run();
        }
    }

    /**
     * Makes a folder with files of the class path; what was there is gone.
     *
     * @param cache the folder around it
     * @param resources by the name that each gets
     */
    static void folder(Path cache, Path folder, Map<String, String> resources) throws IOException {
        Path unfinished = Files.createTempDirectory(cache, "unpack");
        try {
            for (Map.Entry<String, String> resource : resources.entrySet()) {
                copy(resource.getValue(), unfinished.resolve(resource.getKey()));
            }
            Utils.deleteQuietly(folder);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Utils.deleteQuietly(unfinished);
        }
    }

    /** Makes one file of the class path's. */
    static void file(Path cache, Path file, String resource) throws IOException {
        Path unfinished = Files.createTempFile(cache, "unpack", ".tmp");
        try {
            copy(resource, unfinished);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
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
