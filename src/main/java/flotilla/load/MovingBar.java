package flotilla.load;

import java.io.PrintStream;
import java.time.Duration;
import java.util.OptionalLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that moves, on a terminal. */
final class MovingBar implements Progress {
    private static final Duration EVERY = Duration.ofMillis(200);
    private static final long UNKNOWN = -1;

    private final ProgressBar bar;

    MovingBar(PrintStream terminal, OptionalLong total) {
        bar = new ProgressBarBuilder()
                .setTaskName("load")
                .setInitialMax(total.orElse(UNKNOWN))
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis((int) EVERY.toMillis())
                .setConsumer(new ConsoleProgressBarConsumer(terminal))
                .build();
    }

    @Override
    public Duration every() {
        return EVERY;
    }

    @Override
    public void show(Tally tally) {
        bar.setExtraMessage(" " + tally.troubles());
        bar.stepTo(tally.ended());
    }

    @Override
    public void close() {
        bar.close();
    }
}
