package flotilla.inference;

import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import flotilla.config.BuildProperties;
import flotilla.config.InferenceEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks an engine's native libraries from the jar into DJL's cache folder, {@code DJL_CACHE_DIR} or {@code ~/.djl.ai}: PyTorch's
 * (450 MB) where DJL looks for them first, ONNX Runtime's (22 MB) where this tells it to look. DJL would unpack PyTorch's too, but
 * two processes that do so at the same time can delete each other's files; ONNX Runtime would unpack its own at every start. Here
 * one process waits for the other. Nothing is loaded into this process.
 */
public final class NativeLibraries {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    private static final String PYTORCH = "pytorch";
    private static final String ONNX_RUNTIME = "onnxruntime";
    /** ONNX Runtime's property: the folder of its libraries. */
    private static final String ONNX_RUNTIME_FOLDER = "onnxruntime.native.path";

    private static final List<String> ONNX_RUNTIME_LIBRARIES = List.of("onnxruntime", "onnxruntime4j_jni");
    /** By Java's name of the processor. */
    private static final Map<String, String> ONNX_RUNTIME_PLATFORMS =
            Map.of("amd64", "linux-x64", "x86_64", "linux-x64", "aarch64", "linux-aarch64");

    private NativeLibraries() {}

    /**
     * Makes sure that an engine's libraries are unpacked; quick when they are. Safe in any number of threads and processes at
     * once. Does nothing when the class path holds none for this platform: then the engine says what is missing.
     *
     * @throws UncheckedIOException when the cache folder cannot be written
     */
    public static synchronized void unpack(InferenceEngine engine) {
        switch (engine) {
            case PYTORCH -> unpackPyTorch();
            case ONNXRUNTIME -> unpackOnnxRuntime();
        }
    }

    private static void unpackPyTorch() {
        Platform platform = Platform.detectPlatform(PYTORCH);
        if (platform.isPlaceholder()) {
            return;
        }
        Path cache = Utils.getEngineCacheDir(PYTORCH);
        Path folder =
                cache.resolve(platform.getVersion() + '-' + platform.getFlavor() + '-' + platform.getClassifier());
        Path bridge = folder.resolve(platform.getApiVersion() + '-' + System.mapLibraryName("djl_torch"));
        Path torch = folder.resolve(System.mapLibraryName("torch"));
        if (Files.exists(torch) && Files.exists(bridge)) {
            return;
        }
        try {
            Unpacking.alone(cache, () -> {
                if (!Files.exists(torch)) {
                    LOG.info("unpacking PyTorch {} to {}", platform.getVersion(), folder);
                    String resources = PYTORCH + '/' + platform.getFlavor() + '/' + platform.getClassifier() + '/';
                    Unpacking.folder(
                            cache,
                            folder,
                            Arrays.stream(platform.getLibraries())
                                    .collect(Collectors.toMap(
                                            Function.identity(), library -> resources + library, (a, b) -> a)));
                }
                if (!Files.exists(bridge)) {
                    Unpacking.file(
                            cache,
                            bridge,
                            "jnilib/" + platform.getClassifier() + '/' + platform.getFlavor() + '/'
                                    + System.mapLibraryName("djl_torch"));
                }
            });
        } catch (IOException e) {
            throw unwritable("PyTorch", "450 MB", cache, e);
        }
    }

    /** Whoever has set the folder has libraries of their own. */
    private static void unpackOnnxRuntime() {
        Optional<String> resources = onnxRuntimeResources();
        if (System.getProperty(ONNX_RUNTIME_FOLDER) != null || resources.isEmpty()) {
            return;
        }
        Path cache = Utils.getEngineCacheDir(ONNX_RUNTIME);
        String version = BuildProperties.onnxRuntimeVersion();
        Path folder = cache.resolve(version + '-' + platform());
        List<String> libraries =
                ONNX_RUNTIME_LIBRARIES.stream().map(System::mapLibraryName).toList();
        try {
            // What cleans up old files may have taken one of them.
            if (!hasAll(folder, libraries)) {
                Unpacking.alone(cache, () -> {
                    if (!hasAll(folder, libraries)) {
                        LOG.info("unpacking ONNX Runtime {} to {}", version, folder);
                        Unpacking.folder(
                                cache,
                                folder,
                                libraries.stream()
                                        .collect(Collectors.toMap(
                                                Function.identity(), library -> resources.get() + library)));
                    }
                });
            }
        } catch (IOException e) {
            throw unwritable("ONNX Runtime", "22 MB", cache, e);
        }
        System.setProperty(ONNX_RUNTIME_FOLDER, folder.toString());
    }

    private static boolean hasAll(Path folder, List<String> files) {
        return files.stream().map(folder::resolve).allMatch(Files::exists);
    }

    /** Where the class path has its libraries for this machine, if it does. */
    private static Optional<String> onnxRuntimeResources() {
        String resources = "ai/onnxruntime/native/" + platform() + '/';
        return Optional.of(resources)
                .filter(here -> ClassLoaderUtils.getContextClassLoader()
                                .getResource(here + System.mapLibraryName(ONNX_RUNTIME_LIBRARIES.get(0)))
                        != null);
    }

    private static String platform() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        return linux ? ONNX_RUNTIME_PLATFORMS.getOrDefault(System.getProperty("os.arch"), "unknown") : "unknown";
    }

    private static UncheckedIOException unwritable(String what, String size, Path cache, IOException e) {
        return new UncheckedIOException(
                "cannot unpack " + what + " to " + cache + " (" + size + "; another folder: DJL_CACHE_DIR): "
                        + e.getMessage(),
                e);
    }
}
