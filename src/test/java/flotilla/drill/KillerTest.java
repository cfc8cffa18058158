package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills on real processes, which do nothing. */
class KillerTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String OTHER_ID = "01890a5d-ac96-774b-bcce-b302099a8058";

    @TempDir
    private Path folder;

    private final Toll toll = new Toll();
    /** Starts nothing again before the end of a test. */
    private final ScheduledExecutorService never = Executors.newSingleThreadScheduledExecutor();

    private CloudFolder cloud;
    private Process worker;
    private GatewayNode gateway;
    private Killer killer;

    @BeforeEach
    void start() throws IOException {
        cloud = new CloudFolder(folder);
        never.shutdown();
        worker = sleeper().start();
        gateway = new GatewayNode(
                sleeper().command(),
                folder.resolve("gateway.log"),
                URI.create("http://127.0.0.1:1"),
                ServiceProxy.before(0, new InetSocketAddress("127.0.0.1", 1)),
                never);
        gateway.start();
        killer = new Killer(new Instances(folder), List.of(gateway), () -> Optional.of(gateway), new Freezes(), toll);
    }

    private static ProcessBuilder sleeper() {
        return new ProcessBuilder("sleep", "600");
    }

    @AfterEach
    void stop() throws IOException {
        worker.destroyForcibly();
        gateway.close();
    }

    @Test
    void worker_shouldBeKilledOnceWithWhatItHasInsideAndInHand() throws Exception {
        cloud.instance("i-1", worker.pid());
        cloud.marks("i-1", ID + "\n" + " ".repeat(36) + "\n~" + OTHER_ID);

        assertThat(killer.worker(worker.toHandle(), List.of(OTHER_ID))).isPresent();
        assertThat(worker.isAlive()).isFalse();
        assertThat(killer.worker(worker.toHandle(), List.of(OTHER_ID)))
                .as("a corpse")
                .isEmpty();

        assertThat(toll.inside()).as("not tried alone").isEqualTo(Map.of(ID, new Toll.Inside(1, 0)));
        assertThat(toll.struck()).containsOnlyKeys(ID, OTHER_ID);
        assertThat(toll.killed()).containsExactly("i-1");
    }

    /** A suspect's first place says that it is attempted, and its second that it is inside. */
    @Test
    void imageThatIsTriedAlone_shouldCountAsInside() throws Exception {
        cloud.instance("i-1", worker.pid());
        cloud.marks("i-1", "~" + ID + ID + "\n");

        killer.worker(worker.toHandle(), List.of());

        assertThat(toll.inside()).isEqualTo(Map.of(ID, new Toll.Inside(1, 1)));
    }

    @Test
    void imagesThatAreInsideTogether_shouldNotCountAsAlone() throws Exception {
        cloud.instance("i-1", worker.pid());
        cloud.marks("i-1", ID + "\n" + OTHER_ID + "\n");

        killer.worker(worker.toHandle(), List.of());

        assertThat(toll.inside()).isEqualTo(Map.of(ID, new Toll.Inside(1, 0), OTHER_ID, new Toll.Inside(1, 0)));
    }

    @Test
    void processThatIsNoInstance_shouldBeLeftAlone() throws Exception {
        cloud.instance("i-1", worker.pid() + 1);

        assertThat(killer.worker(worker.toHandle(), List.of())).isEmpty();

        assertThat(worker.isAlive()).isTrue();
        assertThat(toll.killed()).isEmpty();
    }

    @Test
    void gateway_shouldBeKilledOnceAndBeKnownAsTheHolder() throws Exception {
        ProcessHandle process = gateway.living().orElseThrow();

        assertThat(killer.any(process, List.of()))
                .hasValueSatisfying(met -> assertThat(met).contains("process " + process.pid(), "held the lease"));
        assertThat(process.isAlive()).isFalse();
        assertThat(gateway.living()).isEmpty();
        assertThat(killer.gateway(gateway)).as("a corpse").isEmpty();

        assertThat(toll.holders()).hasSize(1);
        assertThat(toll.spans(Toll.Of.GATEWAYS)).hasSize(1);
    }

    @Test
    void faults_shouldCountAsKillsWhenAProcessDiesOfThem() {
        toll.carriedOut(Fault.KILL_GATEWAY);
        toll.carriedOut(Fault.FREEZE_GATEWAY);

        assertThat(toll.kills()).isEqualTo(1);
        assertThat(toll.done()).isEqualTo(Map.of(Fault.KILL_GATEWAY, 1, Fault.FREEZE_GATEWAY, 1));
    }
}
