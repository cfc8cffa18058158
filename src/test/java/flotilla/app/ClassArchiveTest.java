package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.app.ClassArchive.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
    private static final Instant JAR_MADE = Instant.ofEpochSecond(1_000);
    private static final Instant JAVA_MADE = Instant.ofEpochSecond(2_000);
    private static final Instant ARCHIVED = Instant.ofEpochSecond(3_000);
    /** As a training run does: what it was told into the one, and something else into the worker's. */
    private static final String WRITE_BOTH = "last=; for word; do"
            + " case $word in -XX:ArchiveClassesAtExit=*) echo \"$*\" >\"${word#*=}\" ;; esac;"
            + " [ \"$last\" != --worker-archive ] || echo 'of the worker' >\"$word\"; last=$word; done";

    @TempDir
    private Path folder;

    private Path jar;
    private Path java;

    @BeforeEach
    void installation() throws IOException {
        jar = file(folder.resolve("flotilla.jar"), "jar", JAR_MADE);
        java = Files.createDirectories(folder.resolve("java"));
        file(Files.createDirectories(java.resolve("lib")).resolve("modules"), "java17", JAVA_MADE);
    }

    @Test
    void wholeArchive_shouldBeUsed() throws IOException {
        Path archive = archive("3-1000_7-3000.jsa");

        assertThat(archive(17).find(Use.OTHERS)).contains(archive);
        assertThat(archive(17).options(Use.OTHERS))
                .containsExactly(
                        "-Xlog:disable",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:ArchiveRelocationMode=0",
                        "-XX:SharedArchiveFile=" + archive);
        assertThat(archive(25).options(Use.OTHERS))
                .containsExactly(
                        "-Xlog:disable",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:ArchiveRelocationMode=0",
                        "-XX:AOTCache=" + archive);
    }

    @Test
    void archiveOfWorkers_shouldBeForWorkersOnly() throws IOException {
        Path others = archive("3-1000_7-3000.jsa");
        Path worker = archive("3-1000_worker_7-3000.jsa");

        assertThat(archive(17).find(Use.of(List.of("worker", "--config", "x")))).contains(worker);
        assertThat(archive(17).find(Use.of(List.of("gateway")))).contains(others);
        assertThat(archive(17).find(Use.of(List.of()))).contains(others);
        Files.delete(others);
        assertThat(archive(17).find(Use.OTHERS)).isEmpty();
    }

    @Test
    void noArchive_shouldLeaveStartPlain() {
        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void javaWithoutModulesFile_shouldLeaveStartPlain() throws IOException {
        archive("3-1000_7-3000.jsa");
        Files.delete(java.resolve("lib").resolve("modules"));

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void cutOffArchive_shouldBeIgnored() throws IOException {
        archive("3-1000_8-3000.jsa");

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void archiveWrittenToLater_shouldBeIgnored() throws IOException {
        archive("3-1000_7-2999.jsa");

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void archiveOfAnotherJar_shouldBeIgnored() throws IOException {
        archive("3-1001_7-3000.jsa");

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void otherJava_shouldBeIgnored() throws IOException {
        archive("3-1000_7-3000.jsa");
        file(java.resolve("lib").resolve("modules"), "java21", JAVA_MADE.plusSeconds(1));

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void unfinishedArchive_shouldBeIgnored() throws IOException {
        archive("unfinished.jsa");

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    @Test
    void whenBothAreThere_makeShouldDoNothing() throws IOException, InterruptedException {
        Path others = archive("3-1000_7-3000.jsa");
        Path worker = archive("3-1000_worker_7-3000.jsa");

        assertThat(archive(17).make()).isTrue();
        assertThat(others).hasContent("archive");
        assertThat(worker).hasContent("archive");
    }

    @Test
    void trainingThatWritesOne_shouldLeaveItUnderItsName() throws IOException, InterruptedException {
        Path old = archive("3-999_7-3000.jsa");
        java(WRITE_BOTH);

        assertThat(archive(17).make()).isTrue();

        assertThat(archive(17).find(Use.OTHERS))
                .hasValueSatisfying(made -> assertThat(made).content().startsWith("-Xlog:disable"));
        assertThat(archive(17).find(Use.WORKER))
                .hasValueSatisfying(made -> assertThat(made).hasContent("of the worker"));
        assertThat(old).doesNotExist();
    }

    @Test
    void trainingForAnEngine_shouldBeToldWhich() throws IOException, InterruptedException {
        java(WRITE_BOTH);

        assertThat(archive(17).make("onnxruntime")).isTrue();

        assertThat(archive(17).find(Use.OTHERS))
                .hasValueSatisfying(made ->
                        assertThat(made).content().contains(" archive --train --engine onnxruntime --worker-archive "));
    }

    @Test
    void trainingThatLeavesNoneForWorkers_shouldFail() throws IOException {
        java("for word; do case $word in -XX:ArchiveClassesAtExit=*) echo classes >\"${word#*=}\" ;; esac; done");

        assertThatThrownBy(() -> archive(17).make())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("training.log");
    }

    @Test
    void trainingThatFails_shouldLeaveStartPlainAndNameItsLog() throws IOException {
        java("echo broken; exit 3");

        assertThatThrownBy(() -> archive(17).make())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("training.log");

        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
        assertThat(folder.resolve("cache/6-2000/training.log")).hasContent("broken");
    }

    @Test
    void folderThatCannotBeWritten_shouldBeToldAsAFailure() throws IOException {
        Files.writeString(folder.resolve("cache"), "no folder");

        assertThatThrownBy(() -> archive(17).make()).isInstanceOf(IOException.class);
        assertThat(archive(17).options(Use.OTHERS)).isEmpty();
    }

    private void java(String script) throws IOException {
        Path command = Files.createDirectories(java.resolve("bin")).resolve("java");
        Files.writeString(command, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
    }

    private ClassArchive archive(int version) {
        return new ClassArchive(jar, java, version);
    }

    private Path archive(String name) throws IOException {
        Path cache = Files.createDirectories(folder.resolve("cache").resolve("6-2000"));
        return file(cache.resolve(name), "archive", ARCHIVED);
    }

    private static Path file(Path file, String content, Instant modified) throws IOException {
        Files.writeString(file, content);
        return Files.setLastModifiedTime(file, FileTime.from(modified));
    }
}
