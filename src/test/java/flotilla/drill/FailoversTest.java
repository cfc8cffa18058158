package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailoversTest {
    private static final Instant DEATH = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private final Toll toll = new Toll();

    private static String decision(String time, String reason) {
        return "2026-01-01T" + time + "+01:00 INFO  ScalingSupervisor n=7 decision=hold reason=" + reason
                + " visible=0 inFlight=0\n";
    }

    private Failovers failovers() throws IOException {
        Path one = folder.resolve("gateway-1.log");
        Path two = folder.resolve("gateway-2.log");
        Files.writeString(one, decision("00:59:59.500", "steady"));
        Files.writeString(
                two,
                "2026-01-01T01:00:09.000+01:00 INFO  EpochLease lease=held tenure=4\n"
                        + decision("01:00:08.000", "no-lease")
                        + decision("01:00:10.000", "steady")
                        + decision("01:00:11.000", "steady")
                        + decision("01:00:40.000", "depth-unknown")
                        + decision("01:00:41.000", "instances-unknown")
                        + decision("01:01:04.000", "steady"));
        return Failovers.of(List.of(one, two), toll);
    }

    @Test
    void deathOfTheHolder_shouldLastUntilADecisionWithTheLease() throws IOException {
        toll.gatewayKilled(DEATH, true);

        Failovers failovers = failovers();

        assertThat(failovers.waits()).containsExactly(Duration.ofSeconds(10));
        assertThat(failovers.text())
                .isEqualTo("deaths of the lease's holder 1; until a gateway acted again: median 10.0 s, 90 % 10.0 s, "
                        + "longest 10.0 s; within 25 s 1, later with another fault in that time 0, without one 0");
    }

    @Test
    void decisionThatCanDecideNothing_shouldBeNoAct() throws IOException {
        toll.gatewayKilled(DEATH.plusSeconds(30), true);

        assertThat(failovers().waits()).containsExactly(Duration.ofSeconds(34));
    }

    @Test
    void lateAct_shouldBeToldApartWhenAnotherFaultWasInThePromisedTime() throws IOException {
        toll.gatewayKilled(DEATH.plusSeconds(30), true);
        assertThat(failovers())
                .extracting(Failovers::inTime, Failovers::disturbed)
                .containsExactly(0, 0);

        toll.gatewayKilled(DEATH.plusSeconds(56), false);
        assertThat(failovers().disturbed()).as("after the promised time").isZero();

        toll.gatewayKilled(DEATH.plusSeconds(54), false);
        assertThat(failovers())
                .extracting(Failovers::inTime, Failovers::disturbed)
                .containsExactly(0, 1);
    }

    @Test
    void actInTime_shouldBeOneWhateverElseHappens() throws IOException {
        toll.gatewayKilled(DEATH.minusSeconds(10), false);
        toll.gatewayKilled(DEATH, true);
        toll.gatewayKilled(DEATH.plusSeconds(5), false);

        assertThat(failovers())
                .extracting(Failovers::inTime, Failovers::disturbed)
                .containsExactly(1, 0);
    }

    @Test
    void noDeathOfAHolder_shouldHaveNoFigures() throws IOException {
        toll.gatewayKilled(DEATH, false);

        assertThat(failovers().text())
                .isEqualTo(
                        "deaths of the lease's holder 0; until a gateway acted again; within 25 s 0, later with another fault in that time 0, without one 0");
    }

    @Test
    void deathAfterWhichNobodyActed_shouldBeSaid() throws IOException {
        toll.gatewayKilled(DEATH.plusSeconds(3600), true);

        assertThat(failovers().text()).startsWith("deaths of the lease's holder 1, after 1 of which nobody acted;");
    }
}
