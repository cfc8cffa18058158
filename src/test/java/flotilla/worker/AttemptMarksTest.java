package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.domain.RequestId;
import flotilla.testing.HandTimer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptMarksTest {
    private static final Random RANDOM = new Random(1);

    @TempDir
    private Path path;

    private final HandTimer clock = new HandTimer();
    private final RunningTime time = new RunningTime(clock::nanoTime, Duration.ofSeconds(3));

    private static RequestId id() {
        return RequestId.create(Instant.EPOCH, RANDOM);
    }

    private MarkFolder folder() {
        return new MarkFolder(path, "scope");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** What a process left that died with these bytes in its file. */
    private Path left(String name, String text) throws IOException {
        return Files.writeString(path.resolve(name), text, StandardCharsets.US_ASCII);
    }

    private static Process holder(Path path, String process, RequestId... ids) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                MarkHolder.class.getName(),
                path.toString(),
                "scope",
                process));
        Stream.of(ids).map(RequestId::value).forEach(command::add);
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII));
        assertThat(out.readLine()).isEqualTo("marked");
        return started;
    }

    @Test
    void imagesOfAProcess_shouldBeFoundOnlyOnceItWasKilled() throws Exception {
        RequestId one = id();
        RequestId two = id();
        Process process = holder(path, "w-1", one, two);
        try {
            assertThat(folder().dead()).as("while it lives").isEmpty();
            assertThat(folder().dead()).as("the look has left its lock alone").isEmpty();
            assertThat(files()).containsExactly("scope.w-1.marks");
        } finally {
            process.destroyForcibly().waitFor();
        }

        List<MarkFolder.Dead> dead = folder().dead();

        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).process()).isEqualTo("w-1");
        assertThat(dead.get(0).ids()).containsExactlyInAnyOrder(one, two);
        assertThat(dead.get(0).alone()).isFalse();
        assertThat(folder().dead()).as("until it is removed").isEqualTo(dead);
        folder().remove(dead.get(0));
        folder().remove(dead.get(0));
        assertThat(files()).isEmpty();
    }

    @Test
    void imagesThatCameOut_shouldLeaveNoMarkAndTheirPlacesBeUsedAgain() throws Exception {
        AttemptMarks marks = AttemptMarks.open(folder(), "w-1", time);
        RequestId slow = id();
        AttemptMarks.Entry slowRun = marks.enter(List.of(slow));
        for (int i = 0; i < 100; i++) {
            marks.leave(marks.enter(List.of(id(), id())));
        }
        RequestId again = id();
        marks.enter(List.of(again));
        marks.leave(slowRun);
        marks.enter(List.of(again));

        Path copy = Files.copy(path.resolve("scope.w-1.marks"), path.resolve("scope.copy.marks"));
        assertThat(Files.size(copy)).isLessThanOrEqualTo(3 * AttemptMarks.PLACE);
        assertThat(folder().dead())
                .hasSize(1)
                .allSatisfy(dead -> assertThat(dead.ids()).containsExactly(again));
        marks.close();
        assertThat(files()).containsExactly("scope.copy.dead");
    }

    @Test
    void halfWrittenFile_shouldNameOnlyWholeIds() throws Exception {
        RequestId whole = id();
        left(
                "scope.a.marks",
                whole + "\n" + id().value().substring(0, 20) + " ".repeat(16) + "\n"
                        + id().value().substring(0, 35));
        left("scope.b.marks", "");
        left("scope.c.marks", "\0".repeat(37) + "noise that is no id, but long enough for two places of a file");

        assertThat(folder().dead())
                .extracting(MarkFolder.Dead::ids)
                .containsExactly(List.of(whole), List.of(), List.of());
    }

    @Test
    void processThatEndsInOrder_shouldBlameNobodyAndOneThatEndsFatallyAllThatAreInside() throws Exception {
        RequestId inside = id();
        AttemptMarks orderly = AttemptMarks.open(folder(), "w-1", time);
        orderly.enter(List.of(id()));
        AttemptMarks fatal = AttemptMarks.open(folder(), "w-2", time);
        fatal.enter(List.of(inside));

        orderly.close();
        orderly.close();
        fatal.endsFatally();
        fatal.close();
        fatal.leave(fatal.enter(List.of(id())));

        assertThat(folder().dead()).hasSize(1).allSatisfy(dead -> {
            assertThat(dead.process()).isEqualTo("w-2");
            assertThat(dead.ids()).containsExactly(inside);
        });
    }

    @Test
    void ownFileAndThoseOfOtherClusters_shouldBeLeftAlone() throws Exception {
        try (AttemptMarks own = AttemptMarks.open(folder(), "w-1", time)) {
            own.enter(List.of(id()));
            left("other.w-9.marks", id() + "\n");
            Path old = left("other.w-8.marks", id() + "\n");
            Path foreign = left("notes.txt", "mine");
            FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(15)));
            Files.setLastModifiedTime(old, longAgo);
            Files.setLastModifiedTime(foreign, longAgo);

            assertThat(folder().dead()).isEmpty();
            assertThat(folder().dead()).isEmpty();

            assertThat(files())
                    .as("what nobody will ask for goes")
                    .containsExactly("notes.txt", "other.w-9.marks", "scope.w-1.marks");
        }
    }

    @Test
    void folderThatIsNotThere_shouldNameNobody() throws Exception {
        assertThat(new MarkFolder(path.resolve("nowhere"), "scope").dead()).isEmpty();
    }

    @Test
    void folderThatCannotBeMade_shouldBeAnErrorAndMarksWithoutOneBeOfUseStill() throws Exception {
        Path file = left("file", "");
        assertThatThrownBy(() -> AttemptMarks.open(new MarkFolder(file, "scope"), "w-1", time))
                .isInstanceOf(IOException.class);
        AttemptMarks marks = AttemptMarks.unkept("w-1", time);
        RequestId hung = id();
        marks.enter(List.of(hung));

        run(60);
        AttemptMarks.Entry young = marks.enter(List.of(id()));

        assertThat(marks.hung(Duration.ofSeconds(61))).isEmpty();
        assertThat(marks.hung(Duration.ofSeconds(60))).containsExactly(hung);
        marks.leave(young);
        marks.close();
        assertThat(files()).containsExactly("file");
    }

    /** Seconds in which this process runs. */
    private void run(int seconds) {
        for (int second = 0; second < seconds; second++) {
            clock.pass(Duration.ofSeconds(1));
            time.tick();
        }
    }

    @Test
    void processThatStoodStill_shouldHaveNoHang() {
        AttemptMarks marks = AttemptMarks.unkept("w-1", time);
        RequestId inside = id();
        marks.enter(List.of(inside));
        run(30);

        clock.pass(Duration.ofHours(1));
        assertThat(marks.hung(Duration.ofSeconds(60))).as("before it ticks").isEmpty();
        time.tick();
        assertThat(marks.hung(Duration.ofSeconds(60)))
                .as("the image has had no time to come out")
                .isEmpty();

        run(27);
        assertThat(marks.hung(Duration.ofSeconds(60))).containsExactly(inside);
    }

    @Test
    void attemptThatIsNotOver_shouldBeLeftForSomebodyToRemoveUnlessItsImageIsInside() throws Exception {
        RequestId out = id();
        RequestId inside = id();
        RequestId over = id();
        AttemptMarks marks = AttemptMarks.open(folder(), "w-1", time);
        List.of(out, inside, over).forEach(marks::attempted);
        marks.attempted(out);
        marks.removed(over);
        marks.enter(List.of(inside));

        Files.copy(path.resolve("scope.w-1.marks"), path.resolve("scope.killed.marks"));
        assertThat(folder().dead()).hasSize(1).allSatisfy(dead -> {
            assertThat(dead.ids()).containsExactly(inside);
            assertThat(dead.alone()).isTrue();
            assertThat(dead.spared()).containsExactly(out);
        });
        folder().remove(folder().dead().get(0));

        marks.close();

        assertThat(files()).containsExactly("scope.w-1.dead");
        assertThat(folder().dead()).as("it ended by somebody's will").hasSize(1).allSatisfy(dead -> {
            assertThat(dead.process()).isEqualTo("w-1");
            assertThat(dead.ids()).isEmpty();
            assertThat(dead.spared()).containsExactlyInAnyOrder(out, inside);
        });
    }

    @Test
    void fileThatNeverGotItsName_shouldGoWhenItIsOld() throws Exception {
        left("scope.w-7.new", "");
        Path old = left("scope.w-8.new", "");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(15))));

        assertThat(folder().dead()).isEmpty();

        assertThat(files()).containsExactly("scope.w-7.new");
    }

    @Test
    void scope_shouldTellClustersApartAndBeFitForAFileName() {
        String one = MarkFolder.of(path, "flotilla bucket http://127.0.0.1:1/").scope();

        assertThat(one)
                .matches("[0-9a-f]{16}")
                .isEqualTo(MarkFolder.of(path, "flotilla bucket http://127.0.0.1:1/")
                        .scope());
        assertThat(one)
                .isNotEqualTo(MarkFolder.of(path, "flotilla bucket http://127.0.0.1:2/")
                        .scope());
    }
}
