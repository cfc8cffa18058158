package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:10Z");

    @TempDir
    private Path folder;

    private static String epoch(String holder, boolean released) {
        return """
                {"v":1,"holder":"%s","termMillis":8000,"released":%s,"writtenAt":"%s"}""".formatted(holder, released, WRITTEN);
    }

    @Test
    void newestEpoch_shouldNameTheHolder() throws IOException {
        CloudFolder cloud = new CloudFolder(folder);
        cloud.epoch(9, epoch("127.0.0.1:4001/0a1b2c3d", false));
        cloud.epoch(10, epoch("127.0.0.1:4002/0a1b2c3e", false));

        Lease lease = Lease.newest(folder).orElseThrow();

        assertThat(lease).isEqualTo(new Lease(4002, WRITTEN, WRITTEN.plusSeconds(8)));
    }

    @Test
    void leaseThatIsLaidDownOrNotWholeOrNoEpoch_shouldBeNobodys() throws IOException {
        CloudFolder cloud = new CloudFolder(folder);
        assertThat(Lease.newest(folder)).isEmpty();
        cloud.epoch(1, epoch("127.0.0.1:4001/0a1b2c3d", true));
        assertThat(Lease.newest(folder)).isEmpty();
        cloud.epoch(2, "{\"v\":1,\"hold");
        assertThat(Lease.newest(folder)).isEmpty();
        cloud.epoch(3, "{}");
        assertThat(Lease.newest(folder)).isEmpty();
    }

    @Test
    void holder_shouldBeTheLifeThatWroteItWithinItsTerm() {
        Lease lease = new Lease(4001, WRITTEN, WRITTEN.plusSeconds(8));
        Instant before = WRITTEN.minusSeconds(60);
        Instant soon = WRITTEN.plusSeconds(2);

        assertThat(lease.isHeldBy(4001, before, soon)).isTrue();
        assertThat(lease.isHeldBy(4002, before, soon)).isFalse();
        assertThat(lease.isHeldBy(4001, WRITTEN.plusSeconds(1), soon))
                .as("started anew since")
                .isFalse();
        assertThat(lease.isHeldBy(4001, before, WRITTEN.plusSeconds(8)))
                .as("after its term")
                .isFalse();
    }
}
