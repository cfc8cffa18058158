package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import flotilla.config.InferenceEngine;
import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesIT {
    @TempDir
    private Path cache;

    @Test
    void processesAtTheSameTime_shouldUnpackOnceWhatDjlThenTakes() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(Unpack.class, InferenceEngine.PYTORCH.name()));
        }
        for (Process process : processes) {
            assertEndsWell(process);
        }
        Map<String, FileTime> unpacked = files();
        assertThat(unpacked.keySet())
                .anyMatch(file -> file.endsWith("/libtorch.so"))
                .anyMatch(file -> file.endsWith("-libdjl_torch.so"))
                .noneMatch(file -> file.contains("unpack") && !file.endsWith("unpack.lock"))
                .noneMatch(file -> file.contains("onnxruntime"));

        assertEndsWell(start(LoadEngine.class));

        assertThat(files()).isEqualTo(unpacked);
    }

    @Test
    void processesAtTheSameTime_shouldUnpackOnceWhatOnnxRuntimeThenTakes() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(Unpack.class, InferenceEngine.ONNXRUNTIME.name()));
        }
        for (Process process : processes) {
            assertEndsWell(process);
        }
        Map<String, FileTime> unpacked = files();
        assertThat(unpacked.keySet())
                .anyMatch(file -> file.endsWith("/libonnxruntime.so"))
                .anyMatch(file -> file.endsWith("/libonnxruntime4j_jni.so"))
                .noneMatch(file -> file.contains("unpack") && !file.endsWith("unpack.lock"))
                .noneMatch(file -> file.contains("pytorch"));

        assertEndsWell(start(LoadOnnxRuntime.class));

        assertThat(files()).isEqualTo(unpacked);
    }

    @Test
    void libraryOfOnnxRuntimeThatWasDeleted_shouldBeUnpackedAnew() throws Exception {
        assertEndsWell(start(Unpack.class, InferenceEngine.ONNXRUNTIME.name()));
        List<String> whole = List.copyOf(files().keySet());
        Files.delete(Path.of(whole.stream()
                .filter(file -> file.endsWith("/libonnxruntime4j_jni.so"))
                .findFirst()
                .orElseThrow()));

        assertEndsWell(start(Unpack.class, InferenceEngine.ONNXRUNTIME.name()));

        assertThat(files().keySet()).containsExactlyElementsOf(whole);
    }

    /** SIGTERM frees the environment under a worker that still has images in hand; OnnxRuntimeWorkerIT sends a real one. */
    @Test
    void networkWhenOnnxRuntimesOwnShutdownHookHasRun_shouldStillAnswer() throws Exception {
        assertEndsWell(start(AnswerAfterTheHook.class, cache.toString()));
    }

    /** A process that unpacks; its argument is the engine. */
    static final class Unpack {
        public static void main(String[] arguments) {
            NativeLibraries.unpack(InferenceEngine.valueOf(arguments[0]));
        }
    }

    /** A process that lets DJL load PyTorch by itself. */
    static final class LoadEngine {
        public static void main(String[] arguments) {
            System.setProperty("ai.djl.offline", "true");
            Engine.getEngine("PyTorch");
        }
    }

    /** A process that ends well when ONNX Runtime, and nothing of PyTorch, was loaded from the cache folder. */
    static final class LoadOnnxRuntime {
        public static void main(String[] arguments) throws IOException {
            NetworkEngine engine = NetworkEngine.of(InferenceEngine.ONNXRUNTIME);
            engine.start();
            Model.newInstance("none", Device.cpu(), engine.djlName()).close();
            String loaded = Files.readString(Path.of("/proc/self/maps"));
            String expected = System.getenv("DJL_CACHE_DIR") + "/onnxruntime/" + engine.version() + "-linux-";
            System.exit(loaded.contains(expected) && !loaded.contains("torch") ? 0 : 1);
        }
    }

    /**
     * A process that ends well when networks can be run, loaded and closed after ONNX Runtime's shutdown hook has run.
     * Its argument is an empty folder.
     */
    static final class AnswerAfterTheHook {
        public static void main(String[] arguments) throws Exception {
            ModelFolder model = OnnxNetworks.folder(
                    Files.createDirectory(Path.of(arguments[0], "model")),
                    "means",
                    OnnxNetworks.means(OnnxNetworks.ANY));
            EncodedImage image = new EncodedImage("chelsea.png", Files.readAllBytes(Path.of("samples/chelsea.png")));
            boolean right;
            try (ClassifierFactory before = open(model);
                    ImageClassifier begun = before.create()) {
                Outcome expected = begun.classify(image);
                hook().run();
                right = expected instanceof Outcome.Labelled
                        && begun.classify(image).equals(expected);
                try (ClassifierFactory after = open(model);
                        ImageClassifier fresh = after.create()) {
                    right &= fresh.classify(image).equals(expected);
                }
            }
            System.exit(right ? 0 : 1);
        }

        private static ClassifierFactory open(ModelFolder model) {
            return DjlClassifierFactory.open(model, DjlSettings.on(InferenceEngine.ONNXRUNTIME), 1_000_000);
        }

        /** Just as the library makes it. */
        private static Runnable hook() throws ReflectiveOperationException {
            Constructor<?> hook = Class.forName("ai.onnxruntime.OrtEnvironment$OrtEnvCloser")
                    .getDeclaredConstructor(long.class, long.class);
            hook.setAccessible(true);
            return (Runnable) hook.newInstance(
                    OnnxEnvironment.api("ai.onnxruntime.OnnxRuntime"),
                    OnnxEnvironment.handle(OrtEnvironment.getEnvironment()));
        }
    }

    private Process start(Class<?> main, String... arguments) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("DJL_CACHE_DIR", cache.toString());
        return builder.start();
    }

    private static void assertEndsWell(Process process) throws InterruptedException {
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private Map<String, FileTime> files() throws IOException {
        Map<String, FileTime> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(cache)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(path.toString(), Files.getLastModifiedTime(path));
            }
        }
        return files;
    }
}
