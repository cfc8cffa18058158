package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three instances; two run at the same time, and the third when the first has ended. */
class RunningTest {
    @TempDir
    private Path data;

    private static String change(String time, String instance, String change) {
        return "2026-01-01T01:" + time + ".000+01:00 INFO  LocalInstances instance=" + instance + " " + change + "\n";
    }

    @BeforeEach
    void writeLog() throws IOException {
        new CloudFolder(data)
                .write(
                        "logs/cloud.log",
                        change("00:01", "i-1", "pending -> running")
                                + change("00:02", "i-2", "pending -> running")
                                + change("00:10", "i-1", "ended by itself, exit status 137")
                                + change("00:10", "i-1", "running -> terminated")
                                + change("00:12", "i-3", "pending -> running")
                                + change("00:20", "i-2", "running -> shutting-down")
                                + change("00:25", "i-2", "shutting-down -> terminated")
                                + change("00:26", "i-3", "running -> shutting-down"));
    }

    private void receives(String time, String instance, String appTierId) throws IOException {
        new CloudFolder(data)
                .write(
                        "logs/" + instance + ".log",
                        "2026-01-01T01:" + time + ".000+01:00 INFO  Worker receiving as worker=" + instance
                                + " appTierId=" + appTierId + "\n");
    }

    @Test
    void instancesThatRun_shouldBeCountedAtTheSameTime() throws IOException {
        assertThat(Running.of(data)).isEqualTo(new Running(2, List.of()));
    }

    @Test
    void idThatComesBackAfterAnEnd_shouldLiveOnce() throws IOException {
        receives("00:05", "i-1", "7");
        receives("00:06", "i-2", "-");
        receives("00:14", "i-3", "7");

        assertThat(Running.of(data).twins()).isEmpty();
    }

    @Test
    void idThatTwoHaveAtTheSameTime_shouldLiveTwice() throws IOException {
        receives("00:05", "i-1", "7");
        receives("00:06", "i-2", "8");
        receives("00:14", "i-3", "8");

        assertThat(Running.of(data).twins()).containsExactly("app-tier id 8 lived twice: on i-2 and on i-3");
    }
}
