package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

/** How long it took until another gateway acted, over processes; {@code SupervisorMoveTest} has the bound of 25 s. */
final class MovedSupervisor {
    /** On a machine whose processors others want too; less than anything but the design's waits makes a supervisor wait. */
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private MovedSupervisor() {}

    /** Says in the test's output how long it took. */
    static void shouldHaveMoved(String what, Instant since, Instant acting) {
        Duration took = Duration.between(since, acting);
        System.out.printf("another supervisor acts %s after its gateway was %s%n", took, what);
        assertThat(took).isLessThanOrEqualTo(WITHIN);
    }
}
