package flotilla.top;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The view that moves: it looks again each interval, draws a frame at least once a second, and heeds keys at any time, also while
 * a gateway lets it wait. A question without an answer becomes a line of the frame, and is asked again.
 */
public final class LiveView {
    private static final Duration DRAW_EVERY = Duration.ofSeconds(1);
    /** While a look is under way, so that its answer is shown soon. */
    private static final Duration DRAW_SOON = Duration.ofMillis(250);
    /** A room is measured at most so often, however many keys are pressed. */
    private static final Duration MEASURE_EVERY = Duration.ofMillis(250);

    private final Watch watch;
    private final Screen screen;
    private final Glyphs glyphs;
    private final Duration interval;
    private final Clock clock;
    private final Executor looker;
    private Screen.Room room;
    private Instant measureAt = Instant.MIN;

    /**
     * @param looker runs what waits for the gateway
     */
    LiveView(Watch watch, Screen screen, Glyphs glyphs, Duration interval, Clock clock, Executor looker) {
        this.watch = watch;
        this.screen = screen;
        this.glyphs = glyphs;
        this.interval = interval;
        this.clock = clock;
        this.looker = looker;
    }

    /**
     * Shows what is known on the terminal of this process, until the user ends it or it has looked often enough. The terminal is
     * then as it was before.
     *
     * @param most looks, the one that was made before included
     * @return false when this terminal cannot be steered, so that nothing was shown
     * @throws IOException when the terminal cannot be used
     */
    public static boolean onTerminal(Watch watch, Glyphs glyphs, Duration interval, Clock clock, long most)
            throws IOException {
        Optional<Screen> screen = TerminalScreen.open();
        if (screen.isEmpty()) {
            return false;
        }
        ExecutorService looker = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "look");
            thread.setDaemon(true);
            return thread;
        });
        try (Screen open = screen.get()) {
            new LiveView(watch, open, glyphs, interval, clock, looker).run(most);
        } finally {
            looker.shutdownNow();
        }
        return true;
    }

    /** Shows what is known until the user ends it or it has looked often enough, the look that was made before included. */
    void run(long most) throws IOException {
        CompletableFuture<Void> look = CompletableFuture.completedFuture(null);
        Instant due = clock.instant().plus(interval);
        long looks = 1;
        Key key = Key.NONE;
        while (key != Key.QUIT) {
            if (look.isDone()) {
                // It waits for nothing, then, and throws what is a mistake of ours.
                look.join();
                if (key == Key.LOOK || !clock.instant().isBefore(due)) {
                    if (looks == most) {
                        return;
                    }
                    looks++;
                    due = clock.instant().plus(interval);
                    look = CompletableFuture.runAsync(this::look, looker);
                }
            }
            if (key == Key.REDRAW) {
                screen.forget();
                measureAt = Instant.MIN;
            }
            measure();
            screen.show(room, Frame.of(watch.view(), room.columns(), room.lines(), glyphs));
            key = screen.key(look.isDone() ? untilNext(due) : DRAW_SOON);
        }
    }

    private void measure() {
        Instant now = clock.instant();
        if (!now.isBefore(measureAt)) {
            room = screen.room();
            measureAt = now.plus(MEASURE_EVERY);
        }
    }

    private Duration untilNext(Instant due) {
        Duration left = Duration.between(clock.instant(), due);
        return left.compareTo(DRAW_EVERY) < 0 ? left : DRAW_EVERY;
    }

    private void look() {
        try {
            watch.look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
