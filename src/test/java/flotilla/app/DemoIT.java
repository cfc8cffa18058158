package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job, with the real model: from no worker to several and back to none. */
class DemoIT {
    @Test
    void demo_shouldAnswerEveryPhotographAndEndWithAnEmptyFleet(@TempDir Path folder) throws Exception {
        try (FlotillaProcess demo =
                FlotillaProcess.start(folder, "demo", "--repeat", "30", "--set", "flotilla.local.boot-delay=0s")) {
            demo.awaitLine("gateway at ");
            Eventually.until("worker processes", () -> !demo.workers().isEmpty());
            List<ProcessHandle> started = demo.descendants();

            assertThat(demo.awaitExit(Duration.ofMinutes(15)))
                    .as(() -> demo.out() + demo.err())
                    .isZero();

            assertThat(demo.out())
                    .containsPattern("chelsea.png +Cat ")
                    .containsPattern("coffee.png +Coffee cup ")
                    .contains("ok    120 of 120 answers are right")
                    .contains("drain #1", "drain #2", "terminate #1 (drained)", "terminate #2 (drained)")
                    .contains("ok    instances at the start: 0, at the end: 0");
            assertThat(started).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }
}
