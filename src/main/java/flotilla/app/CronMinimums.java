package flotilla.app;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import flotilla.config.ScalingSettings.ScheduledMinimum;
import flotilla.config.SettingsException;
import flotilla.scaling.PlannerRules.MinimumSchedule;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;

/** Minimums by cron expressions: each holds for its duration from each time that its expression names. */
final class CronMinimums implements MinimumSchedule {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private record Window(ExecutionTime begins, ScheduledMinimum minimum) {
        boolean holdsAt(Instant now) {
            ZonedDateTime there = now.atZone(minimum.zone());
            // The last beginning before now does not include now itself.
            return begins.lastExecution(there.plusSeconds(1))
                    .filter(began -> there.isBefore(began.plus(minimum.duration())))
                    .isPresent();
        }
    }

    private final List<Window> windows;

    private CronMinimums(List<Window> windows) {
        this.windows = windows;
    }

    /** @throws SettingsException when an expression cannot be read */
    static MinimumSchedule of(List<ScheduledMinimum> minimums) {
        return minimums.isEmpty()
                ? MinimumSchedule.NONE
                : new CronMinimums(minimums.stream().map(CronMinimums::window).toList());
    }

    private static Window window(ScheduledMinimum minimum) {
        try {
            return new Window(ExecutionTime.forCron(PARSER.parse(minimum.cron())), minimum);
        } catch (IllegalArgumentException e) {
            throw new SettingsException(
                    "flotilla.scaling.schedule: cannot read the cron expression \"" + minimum.cron()
                            + "\"; it has five fields: minute, hour, day of month, month, day of week",
                    e);
        }
    }

    @Override
    public int minimumAt(Instant now) {
        return windows.stream()
                .filter(window -> window.holdsAt(now))
                .mapToInt(window -> window.minimum().minInstances())
                .max()
                .orElse(0);
    }
}
