package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config()
            .withFallback(
                    ConfigFactory.parseString("pekko.circuit-breaker.the-store { max-failures = 3, call-timeout = 1h, "
                            + "reset-timeout = 1s, max-reset-timeout = 10s }"))
            .withFallback(ConfigFactory.load()));
    private final ManualTime time = ManualTime.get(kit.system());
    private final Breaker breaker = Breaker.of(kit.system(), "the-store", "image store");
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private String call(Supplier<CompletionStage<String>> answer) {
        return breaker.call(() -> {
                    calls.incrementAndGet();
                    return answer.get();
                })
                .toCompletableFuture()
                .join();
    }

    private static CompletionStage<String> lost() {
        return CompletableFuture.failedStage(new InfrastructureException("S3 PutObject failed", null));
    }

    private void failThreeTimes() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> call(BreakerTest::lost)).hasCauseInstanceOf(InfrastructureException.class);
        }
    }

    @Test
    void failuresInARow_shouldSpareTheServiceFurtherCalls() {
        failThreeTimes();

        assertThatThrownBy(() -> call(BreakerTest::lost)).hasCauseInstanceOf(Breaker.OpenException.class);

        assertThat(breaker.isOpen()).isTrue();
        assertThat(calls).hasValue(3);
    }

    @Test
    void successBetween_shouldStartTheCountAnew() {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> call(BreakerTest::lost)).isInstanceOf(CompletionException.class);
            assertThat(call(() -> CompletableFuture.completedStage("stored"))).isEqualTo("stored");
        }

        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void whatTheClientDidWrong_shouldNotCount() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(
                            () -> call(() -> CompletableFuture.failedStage(new IllegalArgumentException("too large"))))
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }

        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void serviceThatAnswersAgain_shouldBeAskedAgain() {
        failThreeTimes();

        time.timePasses(Duration.ofMillis(1_100));

        assertThat(breaker.isOpen()).isFalse();
        assertThat(call(() -> CompletableFuture.completedStage("stored"))).isEqualTo("stored");
        assertThat(call(() -> CompletableFuture.completedStage("stored"))).isEqualTo("stored");
    }

    @Test
    void serviceThatFailsOn_shouldBeSparedForLonger() {
        failThreeTimes();
        time.timePasses(Duration.ofMillis(1_100));
        assertThatThrownBy(() -> call(BreakerTest::lost)).hasCauseInstanceOf(InfrastructureException.class);
        assertThat(breaker.isOpen()).isTrue();

        time.timePasses(Duration.ofMillis(1_100));
        assertThat(breaker.isOpen()).isTrue();
        time.timePasses(Duration.ofMillis(1_000));
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void callWithoutEnd_shouldFail() {
        ActorTestKit other = ActorTestKit.create(ConfigFactory.parseString(
                        "pekko.circuit-breaker.slow-store { max-failures = 1, call-timeout = 10ms, reset-timeout = 1h }")
                .withFallback(ConfigFactory.load()));
        try {
            Breaker slow = Breaker.of(other.system(), "slow-store", "image store");

            assertThatThrownBy(() -> slow.call(CompletableFuture::new)
                            .toCompletableFuture()
                            .join())
                    .hasCauseInstanceOf(java.util.concurrent.TimeoutException.class);

            assertThat(slow.isOpen()).isTrue();
        } finally {
            other.shutdownTestKit();
        }
    }

    @Test
    void afterAMoment_shouldLetOneCallTryAndNoOtherBeforeItHasEnded() {
        failThreeTimes();
        time.timePasses(Duration.ofMillis(1_100));
        CompletableFuture<String> trial = new CompletableFuture<>();
        CompletableFuture<String> tried = breaker.call(() -> trial).toCompletableFuture();

        assertThatThrownBy(() -> call(() -> CompletableFuture.completedStage("stored")))
                .hasCauseInstanceOf(Breaker.OpenException.class);
        assertThat(calls).hasValue(3);
        trial.complete("stored");

        assertThat(tried.join()).isEqualTo("stored");
        assertThat(call(() -> CompletableFuture.completedStage("stored"))).isEqualTo("stored");
    }

    @Test
    void trialThatTheClientSpoils_shouldLetTheNextCallTry() {
        failThreeTimes();
        time.timePasses(Duration.ofMillis(1_100));

        assertThatThrownBy(() -> call(() -> CompletableFuture.failedStage(new IllegalArgumentException("too large"))))
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call(() -> {
                    throw new IllegalStateException("a bug");
                }))
                .hasCauseInstanceOf(IllegalStateException.class);

        assertThat(call(() -> CompletableFuture.completedStage("stored"))).isEqualTo("stored");
    }
}
