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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class UploadPermitsTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private final UploadPermits permits = new UploadPermits(KIT.system(), 2, WITHIN);
    private final List<CompletableFuture<String>> running = new ArrayList<>();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<String> upload() {
        return permits.run(() -> {
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
    void failedTask_shouldGiveItsTurnBack() {
        upload();
        upload();
        CompletableFuture<String> third = upload();

        running.get(0).completeExceptionally(new IllegalStateException("broken"));

        running.get(2).complete("third");
        assertThat(third).isCompletedWithValue("third");
    }
}
