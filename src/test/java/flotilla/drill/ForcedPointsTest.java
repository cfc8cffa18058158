package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForcedPointsTest {
    private final Toll toll = new Toll();

    private void kills(Fault fault, int times) {
        IntStream.range(0, times).forEach(each -> toll.carriedOut(fault));
    }

    @Test
    void eachPoint_shouldBeCountedAlsoWhenItWasNeverMet() {
        kills(Fault.KILL_IN_LAUNCH, 2);
        kills(Fault.KILL_BEFORE_DELETE, 3);
        kills(Fault.KILL_WORKER, 4);

        assertThat(ForcedPoints.of(toll).text())
                .isEqualTo(
                        "forced points: kill-before-send 0, kill-before-delete 3, kill-in-launch 2, kill-in-terminate 0");
    }

    @Test
    void drillOfFiftyKillsThatMissedOne_shouldSaySo() {
        Fault.forced().stream()
                .filter(fault -> fault != Fault.KILL_IN_TERMINATE)
                .forEach(fault -> kills(fault, 2));
        kills(Fault.KILL_WORKER, 44);

        ForcedPoints points = ForcedPoints.of(toll);

        assertThat(points.missed()).containsExactly(Fault.KILL_IN_TERMINATE);
        assertThat(points.text().lines())
                .last()
                .asString()
                .isEqualTo(
                        "forced point kill-in-terminate was met by none of 50 kills, so this drill says nothing of it");
    }

    @Test
    void smallDrillThatMissedSome_shouldNotBeJudgedByThat() {
        kills(Fault.KILL_WORKER, 49);

        assertThat(ForcedPoints.of(toll).missed()).isEmpty();
    }

    @Test
    void drillThatMetEach_shouldMissNone() {
        Fault.forced().forEach(fault -> kills(fault, 1));
        kills(Fault.KILL_WORKER, 60);

        assertThat(ForcedPoints.of(toll).missed()).isEmpty();
    }
}
