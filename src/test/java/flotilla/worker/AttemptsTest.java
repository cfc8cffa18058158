package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.domain.RequestId;
import flotilla.testing.MemoryStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {
    private final RequestId id = RequestId.create(Instant.EPOCH, new Random(1));
    private final MemoryStores.Attempts store = new MemoryStores.Attempts();

    @TempDir
    private Path path;

    private AttemptMarks marks;
    private Attempts attempts;

    @BeforeEach
    void open() throws Exception {
        marks = AttemptMarks.open(new MarkFolder(path, "scope"), "own", Clock.systemUTC());
        attempts = new Attempts(marks, store, Runnable::run, Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        marks.close();
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void deadProcess_shouldBeReportedBeforeItsImageIsJudged() throws Exception {
        Path file = Files.writeString(path.resolve("scope.dead-1.marks"), id + "\n");

        assertThat(result(attempts.of(id))).containsExactly("dead-1");

        assertThat(file).doesNotExist();
        assertThat(path.resolve("scope.dead-1.dead")).doesNotExist();
        assertThat(result(attempts.of(id))).containsExactly("dead-1");
    }

    @Test
    void reportThatFails_shouldBeMadeUpFor() throws Exception {
        Files.writeString(path.resolve("scope.dead-1.marks"), id + "\n");
        store.away = true;
        assertThatThrownBy(() -> result(attempts.of(id))).hasMessageContaining("away");
        assertThat(path.resolve("scope.dead-1.dead")).exists();

        store.away = false;

        assertThat(result(attempts.of(id))).containsExactly("dead-1");
    }

    @Test
    void imageThatEntersAlone_shouldBlameThisProcessUntilItComesOut() {
        result(attempts.entersAlone(id));
        assertThat(store.processes.get(id)).containsExactly("own");

        result(attempts.cameOut(id));

        assertThat(store.processes.get(id)).isEmpty();
    }

    @Test
    void whatMustNotFail_shouldNotFail() {
        store.away = true;

        result(attempts.cameOut(id));
        result(attempts.forgive(id));
    }

    @Test
    void hungImage_shouldBeBlamedAndTheOthersForgiven() {
        marks.enter(List.of(id));
        RequestId other = RequestId.create(Instant.EPOCH, new Random(2));
        marks.enter(List.of(other));

        result(attempts.blame(List.of(id)));
        attempts.forgiveOthers();

        assertThat(store.processes).containsOnlyKeys(id);
        assertThat(path.resolve("scope.own.marks")).doesNotExist();
    }
}
