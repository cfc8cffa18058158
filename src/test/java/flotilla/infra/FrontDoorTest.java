package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./flotilla} with a Java and a Maven that only say what they were given. */
class FrontDoorTest {
    private static final String SCRIPT = "flotilla";

    @TempDir
    private Path folder;

    private Path home;
    private Path jar;
    private Path modules;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("src/main"));
        Files.createDirectories(home.resolve("models"));
        Files.createDirectories(home.resolve("samples"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.copy(Path.of(SCRIPT), home.resolve(SCRIPT), StandardCopyOption.COPY_ATTRIBUTES);
        jar = Files.createDirectories(home.resolve("target")).resolve("flotilla.jar");
        // Written once: its time is a part of the archives' place.
        modules = Files.writeString(
                Files.createDirectories(folder.resolve("jdk/lib")).resolve("modules"), "modules");
        Path java = Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
        program(java.resolve("java"), "cat '" + jar + "'");
        program(java.resolve("javac"), "exit 1");
        program(Files.createDirectories(folder.resolve("bin")).resolve("mvn"), """
                case "$*" in
                    *package*) printf 'built jar' >target/flotilla.jar ;;
                    *) echo 'Apache Maven 3.9.9' ;;
                esac""");
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Infra.Ended run() {
        return run("version");
    }

    private Infra.Ended run(String command) {
        return Infra.run(
                folder,
                "",
                "env",
                "JAVA_HOME=" + folder.resolve("jdk"),
                "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH"),
                home.resolve(SCRIPT).toString(),
                command);
    }

    @Test
    void jarThatIsCurrent_shouldBeUsed() throws IOException {
        Files.writeString(jar, "current jar");

        Infra.Ended ended = run();

        assertThat(ended.output()).isEqualTo("current jar");
        assertThat(ended.status()).isZero();
    }

    @Test
    void missingJar_shouldBeBuiltAndLeaveNoMark() {
        assertThat(run().output()).contains("building target/flotilla.jar").endsWith("built jar");
        assertThat(run().output()).isEqualTo("built jar");
    }

    /** Maven writes the jar, and then once more with the libraries in it; another terminal may look in between. */
    @Test
    void jarOfABuildUnderWay_shouldNotBeUsed() throws IOException {
        Files.createFile(home.resolve("target/.build-start"));
        Files.writeString(jar, "half a jar");

        assertThat(run().output()).contains("building target/flotilla.jar").endsWith("built jar");
    }

    @Test
    void jarOfABuildThatFailed_shouldNotBeUsed() throws IOException {
        program(folder.resolve("bin/mvn"), """
                case "$*" in
                    *package*) printf 'half a jar' >target/flotilla.jar; exit 1 ;;
                    *) echo 'Apache Maven 3.9.9' ;;
                esac""");

        for (int time = 0; time < 2; time++) {
            Infra.Ended ended = run();
            assertThat(ended.output()).contains("the build failed");
            assertThat(ended.status()).isEqualTo(1);
        }
    }

    @Test
    void classArchives_shouldBeOneForWorkersAndOneForTheOthers() throws IOException {
        Files.writeString(jar, "current jar");
        program(folder.resolve("jdk/bin/java"), "echo \"$*\"");
        Path others = archive("");
        Path worker = archive("_worker");

        assertThat(run("worker").output()).contains("-XX:SharedArchiveFile=" + worker + " ");
        assertThat(run("gateway").output()).contains("-XX:SharedArchiveFile=" + others + " ");
    }

    private Path archive(String use) throws IOException {
        Path cache = Files.createDirectories(home.resolve("target/cache").resolve(stamp(modules)));
        Path unnamed = Files.writeString(cache.resolve("unnamed"), "classes" + use);
        return Files.move(unnamed, cache.resolve(stamp(jar) + use + "_" + stamp(unnamed) + ".jsa"));
    }

    private static String stamp(Path file) throws IOException {
        return Files.size(file) + "-" + Files.getLastModifiedTime(file).to(TimeUnit.SECONDS);
    }
}
