package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which workers count as such that could work. This process is one. */
class LookoutTest {
    @TempDir
    private Path folder;

    private final Toll toll = new Toll();

    private boolean sees(boolean leftAlone) throws IOException {
        Instant before = Instant.now();
        try (Lookout lookout = new Lookout(
                () -> List.of(ProcessHandle.current()),
                new Instances(folder),
                worker -> leftAlone,
                toll,
                failed -> {})) {
            lookout.look();
        }
        return !toll.isDeserted(before, Instant.now());
    }

    private CloudFolder worker(String log) throws IOException {
        CloudFolder cloud = new CloudFolder(folder);
        cloud.instance("i-1", ProcessHandle.current().pid());
        cloud.write("logs/i-1.log", log);
        return cloud;
    }

    @Test
    void workerThatReceives_shouldCount() throws IOException {
        worker("INFO  Worker receiving as worker=i-1 appTierId=1\n");

        assertThat(sees(true)).isTrue();
    }

    @Test
    void workerThatAFaultKeepsFromIt_shouldNotCount() throws IOException {
        worker("INFO  Worker receiving as worker=i-1 appTierId=1\n");

        assertThat(sees(false)).isFalse();
    }

    @Test
    void workerThatOnlyBegins_shouldNotCountUntilItReceives() throws IOException {
        CloudFolder cloud = worker("INFO  Main starting\n");
        assertThat(sees(true)).isFalse();

        cloud.write("logs/i-1.log", "INFO  Worker receiving as worker=i-1 appTierId=1\n");
        assertThat(sees(true)).isTrue();
    }

    @Test
    void processThatIsNoInstance_shouldNotCount() throws IOException {
        assertThat(sees(true)).isFalse();
    }
}
