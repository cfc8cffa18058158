package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short drill as users start one. */
class DrillIT {
    /** Longer than a start and twice what the drill gives its system to settle, so that its account is seen in any case. */
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(20);

    @Test
    void faultsOnRealProcesses_shouldCostNoImageItsOneRightAnswer(@TempDir Path folder) throws Exception {
        try (FlotillaProcess drill = FlotillaProcess.start(
                folder,
                "drill",
                "--seed",
                "3",
                "--images",
                "80",
                "--kills",
                "5",
                "--workers",
                "2",
                "--gateways",
                "2",
                "--settle",
                "300",
                "--data",
                folder.resolve("data").toString())) {
            Set<ProcessHandle> below = new HashSet<>();
            Eventually.until("the end of the drill", ENDS_WITHIN, () -> {
                below.addAll(drill.descendants());
                return !drill.isAlive();
            });
            int status = drill.awaitExit(ENDS_WITHIN);

            assertThat(drill.out().lines())
                    .contains("seed 3: good")
                    .anyMatch(line -> line.startsWith("images 80, accepted 80, answered 80, "))
                    .contains("lost 0, wrong 0, answered twice 0, invented 0, busy workers killed by the scaler 0");
            assertThat(status).isZero();
            assertThat(below).as("the cloud, gateways and workers").hasSizeGreaterThan(4);
            assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void drillThatIsKilled_shouldLeaveNothingRunning(@TempDir Path folder) throws Exception {
        try (FlotillaProcess drill = withGateways(folder)) {
            List<ProcessHandle> below = drill.descendants();

            drill.kill();

            awaitEnd(below);
        }
    }

    @Test
    void drillThatIsAskedToEnd_shouldEndWhatItFroze(@TempDir Path folder) throws Exception {
        try (FlotillaProcess drill = withGateways(folder)) {
            List<ProcessHandle> below = drill.descendants();
            FlotillaProcess.signal(
                    below.stream().filter(DrillIT::isGateway).findFirst().orElseThrow(), "STOP");

            drill.terminate();

            awaitEnd(below);
        }
    }

    /** A drill whose cloud and two gateways have begun. */
    private static FlotillaProcess withGateways(Path folder) throws IOException {
        String data = folder.resolve("data").toString();
        FlotillaProcess drill = FlotillaProcess.start(folder, "drill", "--gateways", "2", "--data", data);
        Eventually.until(
                "two gateways",
                () -> drill.descendants().stream().filter(DrillIT::isGateway).count() == 2);
        return drill;
    }

    private static boolean isGateway(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(" gateway ");
    }

    private static void awaitEnd(List<ProcessHandle> processes) {
        assertThat(processes).as("cloud and two gateways").hasSizeGreaterThan(2);
        try {
            Eventually.until("their end", ENDS_WITHIN, () -> processes.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            processes.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void wrongUsage_shouldBeToldInOneLine(@TempDir Path folder) throws Exception {
        try (FlotillaProcess drill = FlotillaProcess.start(folder, "drill", "--gateways", "0")) {
            assertThat(drill.awaitExit(ENDS_WITHIN)).isEqualTo(2);
            assertThat(drill.err().lines()).singleElement().asString().contains("--gateways is from 1 to 9");
        }
    }
}
