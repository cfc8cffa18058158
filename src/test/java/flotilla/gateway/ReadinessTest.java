package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger asked = new AtomicInteger();
    private boolean away;
    private final Readiness readiness = new Readiness(
            () -> CompletableFuture.completedFuture(asked.incrementAndGet()),
            () -> away
                    ? CompletableFuture.failedFuture(new InfrastructureException("the store is away", null))
                    : CompletableFuture.completedFuture(true),
            nanos::get);

    private Optional<String> missing() {
        return readiness.missing().toCompletableFuture().join();
    }

    @Test
    void manyWhoAsk_shouldCostOneLookASecond() {
        for (int i = 0; i < 100; i++) {
            assertThat(missing()).isEmpty();
        }
        assertThat(asked).hasValue(1);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(missing()).isEmpty();
        assertThat(asked).hasValue(2);
    }

    @Test
    void storeThatGoesAway_shouldBeToldAfterASecond_andThatItIsBack() {
        assertThat(missing()).isEmpty();
        away = true;
        assertThat(missing()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());

        assertThat(missing()).hasValue("the image store cannot be reached");

        away = false;
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(missing()).isEmpty();
    }
}
