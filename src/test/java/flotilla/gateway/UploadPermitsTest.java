package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class UploadPermitsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final long MOST_HELD = 1_000_000;

    private final UploadPermits permits = new UploadPermits(KIT.system(), 2, WITHIN, MOST_HELD);
    private final List<CompletableFuture<String>> running = new ArrayList<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<String> upload() {
        return upload(0);
    }

    private CompletableFuture<String> upload(long held) {
        return permits.run(held, () -> {
                    CompletableFuture<String> task = new CompletableFuture<>();
                    running.add(task);
                    return task;
                })
                .toCompletableFuture();
    }

    private static void shouldHaveHadNoTurn(CompletableFuture<String> upload) {
        KIT.createTestProbe().awaitAssert(() -> {
            assertThat(upload).isCompletedExceptionally();
            return null;
        });
        assertThat(upload.handle((value, failure) -> failure).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UploadPermits.NoTurnException.class);
    }

    @Test
    void turnThatComesInTime_shouldBeTakenInOrder() {
        upload();
        upload();
        CompletableFuture<String> third = upload();
        CompletableFuture<String> fourth = upload();
        assertThat(running).hasSize(2);

        running.get(1).complete("stored");
        assertThat(running).hasSize(3);
        running.get(2).complete("third");

        assertThat(third).isCompletedWithValue("third");
        assertThat(running).hasSize(4);
        TIME.timePasses(Duration.ofHours(1));
        running.get(3).complete("fourth");
        assertThat(fourth).isCompletedWithValue("fourth");
    }

    @Test
    void noTurnInTime_shouldFailAndLeaveTheOthersTheirs() {
        upload();
        upload();
        CompletableFuture<String> early = upload();
        TIME.timePasses(WITHIN.minusSeconds(1));
        CompletableFuture<String> late = upload();

        TIME.timePasses(Duration.ofSeconds(1));

        shouldHaveHadNoTurn(early);
        assertThat(late).isNotDone();
        running.get(0).complete("stored");
        assertThat(running).as("the one that waits still has the turn").hasSize(3);
        running.get(2).complete("late");
        assertThat(late).isCompletedWithValue("late");
    }

    @Test
    void uploadsThatHoldTooMuchTogether_shouldHaveNoTurnAtOnce() {
        upload();
        upload();
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < UploadPermits.FEWEST_WAITING; i++) {
            waiting.add(upload(MOST_HELD / UploadPermits.FEWEST_WAITING));
        }

        shouldHaveHadNoTurn(upload(1));

        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        waiting.add(upload(0));
        running.get(0).complete("stored");
        waiting.add(upload(1));
        assertThat(waiting).as("one that holds nothing, one after a turn").noneMatch(CompletableFuture::isDone);
        TIME.timePasses(WITHIN);
        waiting.subList(1, waiting.size()).forEach(UploadPermitsTest::shouldHaveHadNoTurn);
        for (int i = 0; i < UploadPermits.FEWEST_WAITING; i++) {
            upload();
        }
        assertThat(upload(MOST_HELD)).as("who has gone holds nothing").isNotDone();
    }

    @Test
    void fewUploads_shouldWaitWhateverTheyHold() {
        upload();
        upload();

        for (int i = 0; i < UploadPermits.FEWEST_WAITING; i++) {
            assertThat(upload(MOST_HELD)).isNotDone();
        }

        shouldHaveHadNoTurn(upload(MOST_HELD));
    }

    @Test
    void shortUpload_shouldHoldItsLengthAndALongOneWhatBuffersTake() {
        assertThat(UploadPermits.held(HttpRequest.POST("/").withEntity("short")))
                .isEqualTo(5);
        assertThat(UploadPermits.held(HttpRequest.POST("/")
                        .withEntity(HttpEntities.create(
                                ContentTypes.APPLICATION_OCTET_STREAM, 20 << 20, Source.<ByteString>empty()))))
                .isEqualTo(256 << 10);
        assertThat(UploadPermits.held(HttpRequest.POST("/")
                        .withEntity(HttpEntities.createChunked(
                                ContentTypes.APPLICATION_OCTET_STREAM, Source.<ByteString>empty()))))
                .isEqualTo(256 << 10);
    }

    @Test
    void failedTask_shouldGiveItsTurnBack() {
        upload();
        upload();
        CompletableFuture<String> third = upload();

        running.get(0).completeExceptionally(new IllegalStateException("broken"));

        running.get(2).complete("third");
        assertThat(third).isCompletedWithValue("third");
    }
}
