package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadFolderTest {
    @TempDir
    private Path temporary;

    /** Another process with a file in its folder. */
    private record Other(Process process, Path file) implements AutoCloseable {
        void kill() {
            process.destroyForcibly().onExit().join();
        }

        @Override
        public void close() {
            kill();
        }
    }

    private Other other() throws IOException {
        Process started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UploadHolder.class.getName(),
                        temporary.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        return new Other(started, Path.of(out.readLine()));
    }

    private UploadFolder folder() {
        return new UploadFolder(temporary);
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.sorted().toList();
        }
    }

    /** What a process left that died at some moment. */
    private Path dead(String name, String... files) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(UploadFolder.PREFIX + name));
        for (String file : files) {
            Files.writeString(folder.resolve(file), "x");
        }
        return folder;
    }

    @Test
    void uploadsOfAProcess_shouldBeRemovedOnlyOnceItWasKilled() throws Exception {
        try (Other other = other();
                UploadFolder own = folder()) {
            assertThat(own.sweep()).as("while it lives").isZero();
            assertThat(own.sweep()).as("the look has left its lock alone").isZero();
            assertThat(other.file()).hasContent("half an image");

            other.kill();

            assertThat(own.sweep()).isEqualTo(1);
            assertThat(other.file().getParent()).doesNotExist();
        }
    }

    @Test
    void processThatEndsInGoodOrder_shouldLeaveNothing() throws Exception {
        try (Other other = other()) {
            other.process().getOutputStream().write('\n');
            other.process().getOutputStream().flush();

            assertThat(other.process().waitFor()).isZero();
            assertThat(left()).isEmpty();
        }
    }

    /** Such as gateways that start anew within their process, where the system would free the lock of another one's folder. */
    @Test
    void foldersOfOneProcess_shouldLeaveEachOtherAlone() throws Exception {
        try (UploadFolder one = folder();
                UploadFolder another = folder()) {
            Path file = one.newFile();

            assertThat(another.sweep()).isZero();
            assertThat(one.newFile()).hasParent(file.getParent());
            assertThat(another.newFile().getParent()).isNotEqualTo(file.getParent());
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void folderOfAProcessThatDied_shouldBeRemovedWhateverItHadReached() throws Exception {
        dead("1");
        dead("2", UploadFolder.LOCK);
        dead("3", UploadFolder.LOCK, "a.image", "b.image");
        try (UploadFolder own = folder()) {
            assertThat(own.sweep()).isEqualTo(3);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void whatIsNoneOfOurs_shouldStay() throws Exception {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve(UploadFolder.LOCK), "x");
        Files.writeString(elsewhere.resolve("a.image"), "x");
        Path link = Files.createSymbolicLink(temporary.resolve(UploadFolder.PREFIX + "link"), elsewhere);
        Path unlocked = dead("4", "notes.txt");
        try (UploadFolder own = folder()) {
            assertThat(own.sweep()).isZero();
        }
        assertThat(left()).containsExactlyInAnyOrder(elsewhere, link, unlocked);
        assertThat(elsewhere.resolve("a.image")).exists();
        assertThat(unlocked.resolve("notes.txt")).exists();
    }

    @Test
    void folderThatWasTidiedAway_shouldBeReplaced() throws Exception {
        try (UploadFolder own = folder()) {
            Path file = own.newFile();
            Files.delete(file.resolveSibling(UploadFolder.LOCK));
            Files.delete(file);
            Files.delete(file.getParent());

            assertThat(own.newFile()).exists();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void folderForTemporaryFilesThatIsNotThere_shouldStopNobody() throws Exception {
        try (UploadFolder own = new UploadFolder(temporary.resolve("nowhere"))) {
            assertThat(own.sweep()).isZero();
        }
    }
}
