package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import java.io.IOException;
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
            processes.add(start(Unpack.class));
        }
        for (Process process : processes) {
            assertEndsWell(process);
        }
        Map<String, FileTime> unpacked = files();
        assertThat(unpacked.keySet())
                .anyMatch(file -> file.endsWith("/libtorch.so"))
                .anyMatch(file -> file.endsWith("-libdjl_torch.so"))
                .noneMatch(file -> file.contains("unpack") && !file.endsWith("unpack.lock"));

        assertEndsWell(start(LoadEngine.class));

        assertThat(files()).isEqualTo(unpacked);
    }

    /** A process that unpacks. */
    static final class Unpack {
        public static void main(String[] arguments) {
            NativeLibraries.unpack();
        }
    }

    /** A process that lets DJL load PyTorch by itself. */
    static final class LoadEngine {
        public static void main(String[] arguments) {
            System.setProperty("ai.djl.offline", "true");
            Engine.getEngine("PyTorch");
        }
    }

    private Process start(Class<?> main) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        main.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
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
