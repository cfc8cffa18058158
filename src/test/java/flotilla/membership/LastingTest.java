package flotilla.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LastingTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Lasting<String> lasting = new Lasting<>(Duration.ofSeconds(7), nanos::get);

    private void wait(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void memberThatStays_shouldCountAfterTheDuration() {
        assertThat(lasting.of(Set.of("a"))).isEmpty();
        wait(6);
        assertThat(lasting.of(Set.of("a", "b"))).isEmpty();
        wait(1);
        assertThat(lasting.of(Set.of("a", "b"))).containsExactly("a");
        wait(6);
        assertThat(lasting.of(Set.of("a", "b"))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void memberThatWasAway_shouldBeginAnew() {
        lasting.of(Set.of("a"));
        wait(5);
        lasting.of(Set.of());
        wait(5);
        assertThat(lasting.of(Set.of("a"))).isEmpty();
        wait(7);
        assertThat(lasting.of(Set.of("a"))).containsExactly("a");
    }
}
