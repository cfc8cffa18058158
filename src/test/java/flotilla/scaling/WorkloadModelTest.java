package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.AppTierId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WorkloadModelTest {
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private WorkloadModel model =
            WorkloadModel.unlearned(new WorkloadModel.Assumed(Duration.ofSeconds(1), LogNormal.ofMedianAndP90(60, 90)));
    private final List<InstanceView> views = new ArrayList<>();
    private Instant now = Fleet.NOW;

    /** Another look, ten seconds later. */
    private void look(OptionalInt messages, Traffic traffic) {
        now = now.plus(LOOK);
        Optional<QueueDepth> depth =
                messages.isEmpty() ? Optional.empty() : Optional.of(new QueueDepth(messages.getAsInt(), 0, 0));
        model = model.observed(new FleetObservation(depth, Optional.of(views), List.of(), 0, List.of(), traffic, now));
    }

    private void look(int messages) {
        look(OptionalInt.of(messages), Traffic.unknown());
    }

    private static InstanceView view(int id, String type, Optional<Duration> boot, ServiceCount count) {
        return new InstanceView(
                new Instance(Fleet.id(id), Optional.of(new AppTierId(id)), InstanceState.RUNNING, Fleet.NOW, type),
                Fleet.NOW,
                boot,
                Optional.of(new WorkerView(Fleet.NOW, Activity.WORKING, 0, 0, 0, count)));
    }

    /** What the workers say at the next look. */
    private void worker(int id, String type, long images, double busySeconds, int classifiers) {
        views.removeIf(view -> view.instance().id().equals(Fleet.id(id)));
        views.add(view(
                id,
                type,
                Optional.empty(),
                new ServiceCount(images, Duration.ofMillis(Math.round(busySeconds * 1000)), classifiers)));
    }

    private void booted(int id, String type, double seconds) {
        views.removeIf(view -> view.instance().id().equals(Fleet.id(id)));
        views.add(view(id, type, Optional.of(Duration.ofMillis(Math.round(seconds * 1000))), ServiceCount.none(1)));
    }

    @Test
    void gatewaysCounts_shouldBeTheArrivals() {
        look(OptionalInt.of(7), new Traffic(100, 7, 1));
        look(OptionalInt.of(900), new Traffic(150, 57, 1));
        look(OptionalInt.empty(), new Traffic(160, 67, 2));

        assertThat(model.arrivals().total()).isEqualTo(160);
        assertThat(model.arrivals().rate(MINUTE)).isCloseTo(3, within(1e-9));
    }

    @Test
    void noGateway_shouldCountWhatTheQueueGrewByAndWhatWasAnsweredMeanwhile() {
        worker(1, "a", 5, 5, 1);
        look(10);
        worker(1, "a", 25, 25, 1);
        look(30);
        worker(1, "a", 45, 45, 1);
        look(10);
        look(4);

        // +20 and 20 answered; -20 and 20 answered; -6 and none answered.
        assertThat(model.arrivals().total()).isEqualTo(40);
    }

    @Test
    void workerThatWorkedBeforeItWasKnown_shouldBringNoArrivals() {
        look(10);
        worker(1, "a", 10_000, 10_000, 1);
        look(10);
        worker(1, "a", 10_003, 10_003, 1);
        look(10);

        assertThat(model.arrivals().total()).isEqualTo(3);
    }

    @Test
    void workerThatStartedAnew_shouldCountFromZero() {
        worker(1, "a", 100, 100, 1);
        look(10);
        worker(1, "a", 4, 8, 1);
        look(10);

        assertThat(model.arrivals().total()).isEqualTo(4);
        assertThat(model.serviceSeconds("a")).isCloseTo((100 * 1.0 + 4 * 2.0) / 104, within(1e-9));
    }

    @Test
    void unknownDepth_shouldBeNoArrivalAndNoLoss() {
        look(10);
        look(OptionalInt.empty(), Traffic.unknown());
        look(15);

        assertThat(model.arrivals().total()).isEqualTo(5);
    }

    @Test
    void busyTime_shouldBeSharedByImagesAndClassifiers() {
        worker(1, "a", 0, 0, 4);
        look(0);
        worker(1, "a", 10, 20, 4);
        look(0);

        assertThat(model.serviceSeconds("a")).isCloseTo(0.5, within(1e-9));
        assertThat(model.serviceSeconds()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void types_shouldBeLearnedEachForItselfAndWeighedTogether() {
        worker(1, "slow", 30, 90, 1);
        worker(2, "fast", 10, 5, 1);
        look(0);

        assertThat(model.serviceSeconds("slow")).isCloseTo(3, within(1e-9));
        assertThat(model.serviceSeconds("fast")).isCloseTo(0.5, within(1e-9));
        assertThat(model.serviceSeconds()).isCloseTo(95.0 / 40, within(1e-9));
        assertThat(model.serviceSeconds("never seen")).isEqualTo(model.serviceSeconds());
    }

    @Test
    void imageThatHung_shouldMoveTheServiceTimeAndNotTakeItOver() {
        worker(1, "a", 100, 100, 1);
        look(0);
        worker(1, "a", 101, 400, 1);
        look(0);

        assertThat(model.serviceSeconds("a")).isCloseTo((100 + 3.0) / 101, within(1e-9));
    }

    @Test
    void fasterMachinesForGood_shouldBeBelievedInTheEnd() {
        worker(1, "a", 400, 400, 1);
        look(0);
        for (int look = 1; look <= 40; look++) {
            worker(1, "a", 400 + 100L * look, 400 + 10.0 * look, 1);
            look(0);
        }

        assertThat(model.serviceSeconds("a")).isCloseTo(0.1, within(0.01));
    }

    @Test
    void nothingLearned_shouldBeWhatWasAssumed() {
        assertThat(model.serviceSeconds()).isEqualTo(1);
        assertThat(model.bootTime()).isEqualTo(LogNormal.ofMedianAndP90(60, 90));
        assertThat(model.bootTime("a")).isEqualTo(model.bootTime());
    }

    @Test
    void boots_shouldBeLearnedOnceEachAndWeighedAgainstWhatWasAssumed() {
        booted(1, "a", 20);
        look(0);
        double afterOne = model.bootTime("a").median();
        look(0);

        assertThat(model.bootTime("a").median()).isEqualTo(afterOne).isBetween(40.0, 60.0);
        for (int id = 2; id <= 40; id++) {
            booted(id, "a", 20);
            look(0);
        }
        assertThat(model.bootTime("a").median()).isCloseTo(20, within(2.5));
        assertThat(model.bootTime("a").sigma()).isLessThan(0.3);
        assertThat(model.bootTime("other").median())
                .isEqualTo(model.bootTime("a").median());
    }

    @Test
    void oddBoots_shouldNotMoveTheMedian() {
        for (int id = 1; id <= 20; id++) {
            booted(id, "a", id % 5 == 0 ? 600 : 30);
            look(0);
        }

        assertThat(model.bootTime("a").median()).isCloseTo(30, within(4.0));
    }

    @Test
    void boots_shouldBeLearnedForEachType() {
        booted(1, "a", 20);
        booted(2, "b", 200);
        booted(3, "b", 200);
        look(0);

        assertThat(model.bootTime("a").median()).isLessThan(60);
        assertThat(model.bootTime("b").median()).isGreaterThan(60);
        assertThat(model.bootTime()).isEqualTo(model.bootTime("b"));
    }

    @Test
    void unknownInstances_shouldLoseNothing() {
        worker(1, "a", 10, 10, 1);
        look(10);
        model = model.observed(
                new FleetObservation(Optional.of(new QueueDepth(10, 0, 0)), Optional.empty(), now.plus(LOOK)));
        worker(1, "a", 12, 12, 1);
        look(10);

        assertThat(model.arrivals().total()).isEqualTo(2);
    }

    @Test
    void backlog_shouldBeTheQueuesCorrectedByNoMoreThanWhatArrivedWithinItsLag() {
        look(OptionalInt.of(0), new Traffic(0, 0, 1));
        look(OptionalInt.of(0), new Traffic(30, 30, 1));

        assertThat(model.backlog(new QueueDepth(0, 0, 0), new Traffic(30, 30, 1), MINUTE))
                .isEqualTo(30);
        assertThat(model.backlog(new QueueDepth(0, 0, 0), new Traffic(30, 500, 1), MINUTE))
                .isEqualTo(30);
        assertThat(model.backlog(new QueueDepth(100, 20, 3), new Traffic(30, 30, 1), MINUTE))
                .isEqualTo(93);
        assertThat(model.backlog(new QueueDepth(100, 20, 3), Traffic.unknown(), MINUTE))
                .isEqualTo(123);
    }

    /** They may be in the queue or lost; nothing is corrected by them. */
    @Test
    void overdueImages_shouldNotBeAmongTheUnansweredThatTheQueuesCountIsCorrectedTo() {
        look(OptionalInt.of(0), new Traffic(0, 0, 1));
        look(OptionalInt.of(0), new Traffic(30, 30, 1));
        Traffic late = new Traffic(30, 0, 30, 93, 0, 1);

        assertThat(model.backlog(new QueueDepth(100, 20, 3), late, MINUTE)).isEqualTo(93);
        assertThat(model.backlog(new QueueDepth(30, 0, 0), late, MINUTE)).isEqualTo(30);
        assertThat(model.backlog(new QueueDepth(0, 0, 0), late, MINUTE)).isEqualTo(30);
    }

    @Test
    void equalObservations_shouldGiveEqualModelsWhateverTheirOrder() {
        worker(1, "a", 30, 90, 1);
        worker(2, "b", 10, 5, 1);
        worker(3, "c", 7, 3, 2);
        WorkloadModel before = model;
        look(5);
        WorkloadModel forwards = model;
        model = before;
        now = Fleet.NOW;
        java.util.Collections.reverse(views);
        look(5);

        assertThat(model).isEqualTo(forwards);
        assertThat(model.serviceSeconds()).isEqualTo(forwards.serviceSeconds());
    }

    @Test
    void answersHeardOfALookAfterTheirMessagesHaveGone_shouldBeNoArrivals() {
        worker(1, "a", 0, 0, 1);
        look(10);
        look(6);
        worker(1, "a", 4, 4, 1);
        look(6);
        worker(1, "a", 10, 10, 1);
        look(1);
        look(0);

        assertThat(model.arrivals().total()).isEqualTo(1);
    }

    @Test
    void answersHeardOfWhileTheDepthIsUnknown_shouldCountWhenItIsKnownAgain() {
        worker(1, "a", 0, 0, 1);
        look(10);
        worker(1, "a", 4, 4, 1);
        look(OptionalInt.empty(), Traffic.unknown());
        look(9);

        assertThat(model.arrivals().total()).isEqualTo(3);
    }

    @Test
    void messagesThatNobodyAnswered_shouldHideNoArrivalsForLongerThanAMinute() {
        look(10);
        look(0);
        for (int i = 0; i < 7; i++) {
            look(0);
        }
        look(5);

        assertThat(model.arrivals().total()).isEqualTo(5);
    }
}
