package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.testing.HandClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveViewTest {
    private static final Glyphs GLYPHS = new Glyphs("~", "_.-:=+*#");

    private final FakeQuestions gateway = new FakeQuestions();
    private final HandClock clock = new HandClock(Shown.NOW);
    private final Watch watch = new Watch(() -> Shown.GATEWAY, gateway, clock);
    private final FakeScreen screen = new FakeScreen();

    /** Waiting for a key lets time pass; when all keys were pressed, the next one ends the view. */
    private final class FakeScreen implements Screen {
        private final Deque<Key> keys = new ArrayDeque<>();
        private final List<String> frames = new ArrayList<>();
        private final List<Duration> waits = new ArrayList<>();
        private int forgotten;
        private int measured;
        private Duration keyTakes = Duration.ofDays(1);

        @Override
        public Room room() {
            measured++;
            return new Room(80, 24);
        }

        @Override
        public void show(Room room, List<TextLine> frame) {
            frames.add(frame.stream().map(TextLine::text).collect(Collectors.joining("\n")));
        }

        @Override
        public void forget() {
            forgotten++;
        }

        @Override
        public Key key(Duration within) {
            waits.add(within);
            clock.pass(within.compareTo(keyTakes) < 0 ? within : keyTakes);
            return keys.isEmpty() ? Key.QUIT : keys.pop();
        }

        @Override
        public void close() {
            // The view does not close what it was given.
        }
    }

    @BeforeEach
    void lookAtFirst() throws Exception {
        gateway.decisions.addAll(Shown.DECISIONS);
        watch.look();
        gateway.asked.clear();
    }

    private void press(Key... keys) {
        screen.keys.addAll(List.of(keys));
    }

    private long looks() {
        return gateway.asked.stream().filter("/v1/fleet"::equals).count();
    }

    private LiveView view(Duration interval, Executor looker) {
        return new LiveView(watch, screen, GLYPHS, interval, clock, looker);
    }

    private LiveView view() {
        return view(Duration.ofSeconds(2), Runnable::run);
    }

    @Test
    void quit_shouldEndItAtOnce() throws Exception {
        view().run(Long.MAX_VALUE);

        assertThat(screen.frames).singleElement().asString().contains("77 answered");
        assertThat(looks()).isZero();
    }

    @Test
    void interval_shouldBeBetweenLooksWithAFrameEachSecond() throws Exception {
        press(Key.NONE, Key.NONE, Key.NONE, Key.NONE);

        view().run(Long.MAX_VALUE);

        assertThat(screen.frames).hasSize(5);
        assertThat(screen.waits).containsOnly(Duration.ofSeconds(1));
        assertThat(looks()).isEqualTo(2);
    }

    @Test
    void shortInterval_shouldBeKept() throws Exception {
        press(Key.NONE, Key.NONE, Key.NONE);

        view(Duration.ofMillis(300), Runnable::run).run(Long.MAX_VALUE);

        assertThat(screen.waits).containsOnly(Duration.ofMillis(300));
        assertThat(looks()).isEqualTo(3);
    }

    @Test
    void space_shouldLookAtOnce() throws Exception {
        press(Key.LOOK);

        view(Duration.ofHours(1), Runnable::run).run(Long.MAX_VALUE);

        assertThat(looks()).isEqualTo(1);
    }

    @Test
    void manyKeys_shouldMeasureTheTerminalFourTimesASecondAtMost() throws Exception {
        screen.keyTakes = Duration.ofMillis(10);
        for (int i = 0; i < 100; i++) {
            press(Key.NONE);
        }

        view().run(Long.MAX_VALUE);

        assertThat(screen.frames).hasSize(101);
        assertThat(screen.measured).as("in one second").isEqualTo(5);
    }

    @Test
    void controlL_shouldHaveEverythingDrawnAnew() throws Exception {
        screen.keyTakes = Duration.ofMillis(10);
        press(Key.REDRAW, Key.NONE);

        view().run(Long.MAX_VALUE);

        assertThat(screen.forgotten).isEqualTo(1);
        assertThat(screen.measured).as("at first, and for it").isEqualTo(2);
        assertThat(screen.frames).hasSize(3);
    }

    @Test
    void count_shouldEndItAfterSoManyLooks() throws Exception {
        for (int i = 0; i < 100; i++) {
            press(Key.NONE);
        }

        view().run(3);

        assertThat(looks()).as("besides the one before").isEqualTo(2);
        assertThat(screen.keys).hasSize(94);
    }

    @Test
    void gatewayThatIsAway_shouldBeALineOfTheFrameUntilItIsBack() throws Exception {
        gateway.away = "no gateway can be reached";
        press(Key.LOOK, Key.NONE);

        view(Duration.ofMinutes(1), Runnable::run).run(Long.MAX_VALUE);

        assertThat(screen.frames.get(1)).contains("! figures of 1s ago: no gateway can be reached");
        assertThat(screen.frames.get(2)).contains("! figures of 2s ago: no gateway can be reached");

        gateway.away = "";
        press(Key.LOOK);
        view(Duration.ofMinutes(1), Runnable::run).run(Long.MAX_VALUE);
        assertThat(screen.frames).last().asString().doesNotContain("! ");
    }

    @Test
    void gatewayThatLetsItWait_shouldNotKeepAKeyWaiting() throws Exception {
        List<Runnable> later = new ArrayList<>();
        press(Key.LOOK, Key.NONE, Key.LOOK);

        view(Duration.ofSeconds(2), later::add).run(Long.MAX_VALUE);

        assertThat(later).as("one question at a time").hasSize(1);
        assertThat(screen.frames).hasSize(4);
        assertThat(screen.waits.subList(1, 4)).containsOnly(Duration.ofMillis(250));
    }

    @Test
    void mistakeOfOurs_shouldEndIt() {
        gateway.decisions.add(null);
        press(Key.LOOK, Key.NONE);

        assertThatThrownBy(() -> view().run(Long.MAX_VALUE))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NullPointerException.class);
    }
}
