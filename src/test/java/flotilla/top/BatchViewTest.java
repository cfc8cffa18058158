package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.HandClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class BatchViewTest {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final FakeQuestions gateway = new FakeQuestions();
    private final HandClock clock = new HandClock(Shown.NOW);
    private final Watch watch = new Watch(() -> Shown.GATEWAY, gateway, clock);
    private final StringWriter printed = new StringWriter();

    /** Lines of JSON; a wait lets time pass. */
    private BatchView view(BooleanSupplier nobodyReads) {
        return BatchView.json(watch, new PrintWriter(printed), nobodyReads, clock::pass);
    }

    private long lines() {
        return printed.toString().lines().count();
    }

    @Test
    void count_shouldEndItAfterSoManyLooks() throws Exception {
        view(() -> false).run(INTERVAL, "", 3);

        assertThat(lines()).isEqualTo(3);
        assertThat(clock.instant()).as("a wait between two looks").isEqualTo(Shown.NOW.plusSeconds(4));
    }

    @Test
    void readerThatIsGone_shouldEndItBeforeTheNextLook() throws Exception {
        view(() -> lines() == 2).run(INTERVAL, "", Long.MAX_VALUE);

        assertThat(lines()).isEqualTo(2);
        assertThat(gateway.asked).as("of the second look").hasSize(2);
    }
}
