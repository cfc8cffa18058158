package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkloadModelTablesTest {
    private final List<InstanceView> seen = new ArrayList<>();
    private WorkloadModel model = WorkloadModel.unlearned(WorkloadModel.Assumed.usual());
    private Instant now = NOW;

    private void worked(int id, String type, long images, double busySeconds, int classifiers) {
        WorkerView worker = new WorkerView(
                now,
                Activity.WORKING,
                0,
                0,
                0,
                new ServiceCount(images, Duration.ofMillis(Math.round(busySeconds * 1000)), classifiers));
        add(id, type, Optional.of(Duration.ofSeconds(60)), Optional.of(worker));
    }

    private void add(int id, String type, Optional<Duration> boot, Optional<WorkerView> worker) {
        Instance instance = new Instance(
                new InstanceId("i-" + id), Optional.of(new AppTierId(id)), InstanceState.RUNNING, NOW, type);
        seen.add(new InstanceView(instance, NOW, boot, worker));
    }

    private void look() {
        look(Optional.of(new QueueDepth(0, 0, 0)));
    }

    private void look(Optional<QueueDepth> depth) {
        model = model.observed(new FleetObservation(depth, Optional.of(List.copyOf(seen)), now));
        seen.clear();
        now = now.plusSeconds(10);
    }

    @Test
    void nothingSeen_shouldBeWhatIsAssumed() {
        look();

        assertThat(model.serviceSeconds()).isEqualTo(1);
        assertThat(model.serviceSeconds("c7i.large")).isEqualTo(1);
        assertThat(model.bootTime()).isEqualTo(WorkloadModel.Assumed.usual().bootTime());
    }

    @Test
    void serviceTime_shouldBeBusyTimeOverImagesAndClassifiers() {
        worked(1, "a", 100, 80, 4);
        look();

        assertThat(model.serviceSeconds("a")).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void sameCountAgain_shouldTeachNothing() {
        worked(1, "a", 100, 80, 1);
        look();
        WorkloadModel before = model;
        worked(1, "a", 100, 80, 1);
        look();

        assertThat(model.services()).isEqualTo(before.services());
    }

    @Test
    void workerThatBeganAnew_shouldBeCountedFromZero() {
        worked(1, "a", 100, 50, 1);
        look();
        worked(1, "a", 10, 5, 1);
        look();

        assertThat(model.serviceSeconds("a")).isCloseTo(0.5, within(1e-9));
        assertThat(model.services().get("a").weight()).isEqualTo(110);
    }

    @Test
    void types_shouldBeLearnedApartAndWeighedTogether() {
        worked(1, "fast", 300, 60, 1);
        worked(2, "slow", 100, 100, 1);
        look();

        assertThat(model.serviceSeconds("fast")).isCloseTo(0.2, within(1e-9));
        assertThat(model.serviceSeconds("slow")).isCloseTo(1, within(1e-9));
        assertThat(model.serviceSeconds("never seen")).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void outlier_shouldMoveTheEstimateAndNotTakeItOver() {
        worked(1, "a", 100, 50, 1);
        look();
        worked(1, "a", 101, 650, 1);
        look();

        // 600 s count as three times 0.5 s.
        assertThat(model.serviceSeconds("a")).isCloseTo((100 * 0.5 + 1.5) / 101, within(1e-9));
    }

    @Test
    void fewImages_shouldNotYetTellOutliers() {
        worked(1, "a", 1, 30, 1);
        look();
        worked(1, "a", 10, 34.5, 1);
        look();

        assertThat(model.serviceSeconds("a")).isCloseTo(3.45, within(1e-9));
    }

    @Test
    void lastingChange_shouldBeLearnedInTheEnd() {
        worked(1, "a", 400, 200, 1);
        look();
        for (int i = 1; i <= 40; i++) {
            worked(1, "a", 400 + 50L * i, 200 + 60.0 * i, 1);
            look();
        }

        assertThat(model.serviceSeconds("a")).isCloseTo(1.2, within(0.02));
    }

    @Test
    void oddBoots_shouldNotMoveTheMedian() {
        for (int id = 1; id <= 21; id++) {
            add(id, "a", Optional.of(Duration.ofSeconds(id % 7 == 0 ? 900 : 40)), Optional.empty());
        }
        look();

        assertThat(model.bootTime("a").median()).isBetween(38.0, 45.0);
    }

    @Test
    void boot_shouldBeLearnedOnce() {
        for (int i = 0; i < 3; i++) {
            add(1, "a", Optional.of(Duration.ofSeconds(40)), Optional.empty());
            look();
        }

        assertThat(model.boots().get("a").seconds()).containsExactly(40.0);
    }

    @Test
    void bootOfAnInstanceThatWasStartedAgain_shouldBeLearnedAgain() {
        add(1, "a", Optional.of(Duration.ofSeconds(40)), Optional.empty());
        look();
        add(1, "a", Optional.empty(), Optional.empty());
        look();
        add(1, "a", Optional.of(Duration.ofSeconds(50)), Optional.empty());
        look();

        assertThat(model.boots().get("a").seconds()).containsExactly(40.0, 50.0);
    }

    @Test
    void unknownInstances_shouldForgetNothing() {
        worked(1, "a", 100, 50, 1);
        look();
        model = model.observed(new FleetObservation(Optional.empty(), Optional.empty(), now));
        worked(1, "a", 100, 50, 1);
        look();

        assertThat(model.services().get("a").weight()).isEqualTo(100);
        assertThat(model.boots().get("a").seconds()).hasSize(1);
    }

    @Test
    void arrivalsWithoutGateways_shouldBeTheGrowthOfTheQueueAndWhatWasAnswered() {
        worked(1, "a", 0, 0, 1);
        look(Optional.of(new QueueDepth(5, 0, 0)));
        worked(1, "a", 4, 4, 1);
        look(Optional.of(new QueueDepth(8, 1, 0)));

        assertThat(model.arrivals().total()).isCloseTo(8, within(1e-9));
    }

    @Test
    void backlog_shouldFollowTheGatewaysNoFurtherThanWhatHasMoved() {
        Traffic quiet = new Traffic(0, 50, 1);

        assertThat(model.backlog(new QueueDepth(8, 2, 0), Traffic.unknown(), Duration.ofSeconds(30)))
                .isEqualTo(10);
        assertThat(model.backlog(new QueueDepth(8, 2, 0), quiet, Duration.ofSeconds(30)))
                .as("nothing has arrived")
                .isEqualTo(10);
    }
}
