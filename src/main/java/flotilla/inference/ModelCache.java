package flotilla.inference;

import ai.djl.util.Utils;
import flotilla.config.InferenceEngine;
import flotilla.config.ModelLocation;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ModelStore;
import flotilla.protocol.ModelStore.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of model folders that are in S3, below DJL's cache folder ({@code DJL_CACHE_DIR} or {@code ~/.djl.ai}). A copy's
 * name holds a digest of its files' versions, so that a copy is whole and never changes: it is made in a folder of its own
 * and then renamed. Safe in any number of processes at once; the copy of the first one stays. Any of it may be deleted while
 * nobody is starting.
 */
public final class ModelCache {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

    /** What to do where a model folder lacks a file that not every one has, by the file's name. */
    public static final Map<String, String> REMEDIES = Map.of(ModelFolder.ONNX, ModelFolder.ONNX_REMEDY);

    private static final String UNFINISHED = "unfinished-";
    /** Longer than a download takes; what is older was left by a process that was killed. */
    private static final Duration ABANDONED_AFTER = Duration.ofHours(6);

    private final Path folder;
    private final ModelStore store;
    /** What a model folder must have. */
    private final List<String> needed;
    /** What it may have besides. */
    private final List<String> forms;

    /**
     * @param engine for which it is copied: what only another one reads is left where it is
     */
    public ModelCache(ModelStore store, InferenceEngine engine) {
        this(MachineCache.folder("flotilla-models"), store, engine);
    }

    ModelCache(Path folder, ModelStore store, InferenceEngine engine) {
        this.folder = folder;
        this.store = store;
        this.needed = files(engine);
        this.forms = switch (engine) {
            case PYTORCH ->
                Arrays.stream(Precision.values()).map(ModelFolder::form).toList();
            case ONNXRUNTIME -> List.of();
        };
    }

    /** What every model folder has that an engine can use. */
    public static List<String> files(InferenceEngine engine) {
        return List.of(ModelFolder.CONF, ModelFolder.LABELS, ModelFolder.network(engine));
    }

    /**
     * The model's folder on this machine; downloaded when there is no copy of what is in the store now.
     *
     * <p>Fails with a {@link SettingsException} when there is no whole model folder, and with an {@link
     * InfrastructureException} when the store or the disk do not do what they should.
     */
    public CompletionStage<Path> fetch(ModelLocation.InS3 location) {
        return store.list(location.bucket(), location.prefix()).thenCompose(found -> {
            Map<String, StoredFile> files = found.stream()
                    .filter(file -> needed.contains(file.name()) || forms.contains(file.name()))
                    .collect(Collectors.toMap(StoredFile::name, Function.identity(), (a, b) -> a, TreeMap::new));
            requireWhole(location, files);
            Path copy = folder.resolve(name(location, files));
            if (Files.isDirectory(copy)) {
                LOG.debug("{} is at {}", location, copy);
                return CompletableFuture.completedStage(copy);
            }
            return download(location, files, copy);
        });
    }

    private void requireWhole(ModelLocation.InS3 location, Map<String, StoredFile> files) {
        if (files.isEmpty()) {
            throw new SettingsException("there is no model folder " + location
                    + "; check flotilla.model.path: below it must be " + String.join(", ", needed));
        }
        needed.stream().filter(name -> !files.containsKey(name)).findFirst().ifPresent(missing -> {
            throw new SettingsException(location + " is no model folder: it lacks " + missing + "; "
                    + REMEDIES.getOrDefault(missing, "it must hold " + String.join(", ", needed)));
        });
    }

    private CompletionStage<Path> download(ModelLocation.InS3 location, Map<String, StoredFile> files, Path copy) {
        Path unfinished;
        try {
            Files.createDirectories(folder);
            deleteAbandoned();
            unfinished = Files.createTempDirectory(folder, UNFINISHED);
        } catch (IOException | UncheckedIOException e) {
            return CompletableFuture.failedStage(new InfrastructureException(
                    "the model cannot be copied to " + folder + " (" + e.getMessage()
                            + "); another folder: DJL_CACHE_DIR",
                    e,
                    true));
        }
        LOG.info("downloading {} to {}", location, copy);
        CompletionStage<Void> downloads = CompletableFuture.completedStage(null);
        for (StoredFile file : files.values()) {
            downloads = downloads
                    .thenCompose(done ->
                            store.download(location.bucket(), location.prefix(), file, unfinished.resolve(file.name())))
                    .thenAccept(found -> requireUnchanged(location, file, found));
        }
        return downloads
                .thenApply(done -> finish(unfinished, copy))
                .whenComplete((path, failure) -> Utils.deleteQuietly(unfinished));
    }

    private static void requireUnchanged(ModelLocation.InS3 location, StoredFile file, boolean found) {
        if (!found) {
            throw new InfrastructureException(
                    location + "/" + file.name() + " was replaced while it was being downloaded; start again", null);
        }
    }

    private static Path finish(Path unfinished, Path copy) {
        try {
            Files.move(unfinished, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process was faster: what it put there is the same.
            if (!Files.isDirectory(copy)) {
                throw new InfrastructureException(
                        "the model cannot be copied to " + copy + ": " + e.getMessage(), e, true);
            }
        } catch (IOException e) {
            throw new InfrastructureException("the model cannot be copied to " + copy + ": " + e.getMessage(), e, true);
        }
        return copy;
    }

    private void deleteAbandoned() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED_AFTER);
        List<Path> unfinished;
        try (Stream<Path> all = Files.list(folder)) {
            unfinished = all.filter(path -> path.getFileName().toString().startsWith(UNFINISHED))
                    .toList();
        }
        for (Path path : unfinished) {
            if (Files.exists(path)
                    && Files.getLastModifiedTime(path).toInstant().isBefore(limit)) {
                Utils.deleteQuietly(path);
            }
        }
    }

    /** For people the place, for programs a digest of place and versions. */
    private static String name(ModelLocation.InS3 location, Map<String, StoredFile> files) {
        String all = location
                + files.values().stream()
                        .map(file -> "\n" + file.name() + " " + file.version())
                        .collect(Collectors.joining());
        String readable = (location.bucket() + "-" + location.prefix()).replaceAll("[^A-Za-z0-9._-]+", "-");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return readable.substring(0, Math.min(100, readable.length())) + "-"
                    + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
