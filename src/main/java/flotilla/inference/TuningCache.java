package flotilla.inference;

import ai.djl.util.Utils;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was measured on this machine, in small files below DJL's cache folder ({@code DJL_CACHE_DIR} or {@code ~/.djl.ai}),
 * so that only the first worker measures. Any of them may be deleted at any time. Without a folder to write to, every worker
 * measures for itself.
 */
final class TuningCache {
    private static final Logger LOG = LoggerFactory.getLogger(TuningCache.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    TuningCache(Path folder) {
        this.folder = folder;
    }

    static TuningCache ofMachine() {
        return new TuningCache(Utils.getCacheDir().resolve("flotilla-tuning"));
    }

    /**
     * What is known for a key, or else what {@code measure} finds, which is kept. Processes that measure at the same time
     * would slow each other: they wait, and find what the first one found.
     *
     * @param key everything that the result depends on
     */
    Tuning get(String key, Supplier<Tuning> measure) {
        Path file = folder.resolve(digest(key) + ".json");
        Optional<Tuning> known = read(file);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                LOG.debug("holding {}", lock);
                Optional<Tuning> others = read(file);
                if (others.isPresent()) {
                    return others.get();
                }
                Tuning measured = measure.get();
                write(file, measured);
                return measured;
            }
        } catch (IOException e) {
            LOG.info("what is measured is not kept: {} cannot be written: {}", folder, e.toString());
            return measure.get();
        }
    }

    private static Optional<Tuning> read(Path file) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), Tuning.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.info("{} cannot be read, measuring anew: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static void write(Path file, Tuning tuning) throws IOException {
        Path unfinished = Files.createTempFile(file.getParent(), "unfinished", ".json");
        try {
            Files.write(unfinished, json(tuning));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static byte[] json(Tuning tuning) {
        try {
            return JSON.writeValueAsBytes(tuning);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tuning is plain values", e);
        }
    }

    private static String digest(String key) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
