package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwayAtStartTest {
    private final List<Duration> pauses = new ArrayList<>();
    private final AwayAtStart away = new AwayAtStart(new Random(1), pauses::add);
    private final AtomicInteger calls = new AtomicInteger();

    private String failing(int times, RuntimeException failure) {
        if (calls.incrementAndGet() <= times) {
            throw failure;
        }
        return "there";
    }

    @Test
    void serviceThatIsAwayForAWhile_shouldBeWaitedFor() {
        RuntimeException gone = new CompletionException(new InfrastructureException("SQS is away", null));

        assertThat(away.get(() -> failing(40, gone))).isEqualTo("there");

        assertThat(pauses).hasSize(40).allMatch(pause -> pause.compareTo(Duration.ofSeconds(15)) <= 0);
        assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(pauses).anyMatch(pause -> pause.compareTo(Duration.ofSeconds(5)) > 0);
    }

    @Test
    void whatWillNotPass_shouldEndTheStart() {
        RuntimeException missing =
                new CompletionException(new InfrastructureException("queue q does not exist", null, true));

        assertThatThrownBy(() -> away.get(() -> failing(1, missing))).isSameAs(missing);
        assertThat(pauses).isEmpty();
    }

    @Test
    void startThatWasGivenUp_shouldNotBeTriedAgain() {
        RuntimeException gone = new InfrastructureException("SQS is away", null);
        away.giveUp();

        assertThatThrownBy(() -> away.get(() -> failing(1, gone))).isSameAs(gone);
        assertThat(pauses).isEmpty();
    }

    @Test
    void whatIsNotAService_shouldEndTheStart() {
        RuntimeException fault = new IllegalStateException("a fault of ours");

        assertThatThrownBy(() -> away.get(() -> failing(1, fault))).isSameAs(fault);
        assertThat(pauses).isEmpty();
    }
}
