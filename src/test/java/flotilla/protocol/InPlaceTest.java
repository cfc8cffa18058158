package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import scala.concurrent.Promise;
import scala.jdk.javaapi.FutureConverters;

class InPlaceTest {
    @Test
    void stageOfAScalaFuture_shouldRunItsStepsOnTheCompletingThread() {
        Promise<String> promise = Promise.apply();
        CompletionStage<String> stage = FutureConverters.asJava(promise.future());
        CompletableFuture<Thread> ranOn =
                InPlace.of(stage).thenApply(done -> Thread.currentThread()).toCompletableFuture();

        promise.success("done");

        assertThat(ranOn.join()).isNotNull();
        assertThat(ranOn.join().getName()).doesNotContain("commonPool");
    }

    @Test
    void failure_shouldPassUnchanged() {
        IllegalStateException failure = new IllegalStateException("no");

        CompletionStage<String> stage = InPlace.of(CompletableFuture.failedStage(failure));

        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        assertThat(stage.handle((done, seen) -> rootOf(seen))
                        .toCompletableFuture()
                        .join())
                .isSameAs(failure);
    }

    private static Throwable rootOf(Throwable seen) {
        return seen.getCause() == null ? seen : seen.getCause();
    }
}
