package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lives of instances and workers: what belongs together when reports and descriptions come late. */
class FleetRosterLivesTest {
    private static final InstanceId ID = new InstanceId("i-1");
    private static final AppTierId TIER = new AppTierId(1);

    private final FleetRoster roster = new FleetRoster(Duration.ofSeconds(15), false);

    private static Instant at(int seconds) {
        return NOW.plusSeconds(seconds);
    }

    private static Instance instance(InstanceState state, int launchedAt) {
        return new Instance(ID, Optional.of(TIER), state, at(launchedAt), Fleet.TYPE);
    }

    private static WorkerSighting report(Activity activity, int life, long number) {
        return new WorkerSighting(
                new WorkerId(ID.value()),
                Optional.of(ID),
                Optional.of(TIER),
                activity,
                0,
                0,
                0,
                ServiceCount.none(1),
                at(life).toEpochMilli(),
                number);
    }

    private boolean hears(WorkerSighting sighting, int now) {
        return roster.reported(sighting, at(now));
    }

    private InstanceView look(InstanceState state, int launchedAt, int now) {
        return roster.described(List.of(instance(state, launchedAt)), at(now)).get(0);
    }

    private List<InstanceView> lookAtNothing(int now) {
        return roster.described(List.of(), at(now));
    }

    @Test
    void launched_shouldBeKnownBeforeEc2DescribesIt() {
        roster.launched(instance(InstanceState.PENDING, 0), at(0));

        assertThat(lookAtNothing(10)).hasSize(1);
        assertThat(lookAtNothing(121)).as("after EC2's longest lag").isEmpty();
    }

    @Test
    void instanceThatOneAnswerLeavesOut_shouldStayKnownForAMoment() {
        look(InstanceState.RUNNING, 0, 0);

        assertThat(lookAtNothing(14)).hasSize(1);
        assertThat(lookAtNothing(15)).isEmpty();
    }

    @Test
    void drainedInstanceThatIsLeftOut_shouldBeGone() {
        look(InstanceState.RUNNING, 0, 0);
        hears(report(Activity.DRAINED, 0, 1), 1);

        assertThat(lookAtNothing(2)).isEmpty();
    }

    @Test
    void bootTime_shouldBeFromLaunchToTheFirstReport() {
        look(InstanceState.PENDING, 0, 5);
        hears(report(Activity.WORKING, 35, 1), 40);
        hears(report(Activity.WORKING, 35, 2), 45);

        assertThat(look(InstanceState.RUNNING, 0, 50).bootTime()).contains(Duration.ofSeconds(40));
    }

    @Test
    void bootThatNobodySaw_shouldNotBeMeasured() {
        hears(report(Activity.WORKING, 35, 77), 600);

        assertThat(look(InstanceState.RUNNING, 0, 605).bootTime()).isEmpty();
    }

    @Test
    void earlierReport_shouldChangeNothing() {
        look(InstanceState.RUNNING, 0, 0);

        assertThat(hears(report(Activity.DRAINING, 30, 2), 50)).isTrue();
        assertThat(hears(report(Activity.WORKING, 30, 1), 51)).isFalse();
        assertThat(look(InstanceState.RUNNING, 0, 52).worker().orElseThrow().activity())
                .isEqualTo(Activity.DRAINING);
        assertThat(look(InstanceState.RUNNING, 0, 53).lastSign()).isEqualTo(at(50));
    }

    @Test
    void processThatBeganAnew_shouldBeHeardFromItsFirstReport() {
        look(InstanceState.RUNNING, 0, 0);
        hears(report(Activity.DRAINING, 30, 99), 50);

        assertThat(hears(report(Activity.WORKING, 60, 1), 61)).isTrue();
        assertThat(hears(report(Activity.DRAINING, 30, 100), 62)).isFalse();
    }

    @Test
    void startAfterAStop_shouldBeginANewLife() {
        look(InstanceState.RUNNING, 0, 0);
        hears(report(Activity.DRAINED, 30, 9), 100);
        InstanceView stopped = look(InstanceState.STOPPED, 0, 110);
        InstanceView started = look(InstanceState.PENDING, 120, 121);

        assertThat(stopped.worker()).isEmpty();
        assertThat(started.worker()).isEmpty();
        assertThat(started.firstSeen()).isEqualTo(at(121));
        assertThat(hears(report(Activity.DRAINED, 30, 9), 122))
                .as("a late report of the life that ended")
                .isFalse();
        assertThat(hears(report(Activity.WORKING, 150, 1), 155)).isTrue();
        assertThat(look(InstanceState.RUNNING, 120, 160).bootTime()).contains(Duration.ofSeconds(35));
    }

    @Test
    void startThatWasNotSeenStopped_shouldBeginANewLife() {
        look(InstanceState.RUNNING, 0, 0);
        hears(report(Activity.DRAINED, 30, 9), 100);
        look(InstanceState.RUNNING, 0, 101);

        assertThat(look(InstanceState.PENDING, 120, 130).worker()).isEmpty();
    }

    @Test
    void terminated_shouldBeForgottenWithEc2() {
        look(InstanceState.RUNNING, 0, 0);
        hears(report(Activity.WORKING, 30, 1), 31);

        assertThat(lookAtNothing(200)).isEmpty();
        assertThat(roster.reportOn(ID)).isEmpty();
        assertThat(roster.strays(at(200))).isEmpty();
    }

    @Test
    void workerWithoutAnInstance_shouldBeAStraySinceItWasFirstSeen() {
        hears(report(Activity.WORKING, 0, 1), 10);
        lookAtNothing(11);
        assertThat(roster.strays(at(11)))
                .as("it has not spoken since it was missed")
                .isEmpty();
        hears(report(Activity.DRAINED, 0, 2), 50);
        lookAtNothing(51);

        assertThat(roster.strays(at(51))).containsExactly(new FleetObservation.Stray(ID, at(11), Activity.DRAINED, 0));
        assertThat(roster.strays(at(81)))
                .as("it has been silent for more than half a minute")
                .isEmpty();
        look(InstanceState.RUNNING, 0, 60);
        assertThat(roster.strays(at(60))).isEmpty();
    }

    @Test
    void workerStartedByHand_shouldBeKnownForAMinuteAfterItsLastReport() {
        roster.reported(
                new WorkerSighting(
                        new WorkerId("desk"),
                        Optional.empty(),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        1,
                        1),
                at(0));
        lookAtNothing(60);
        assertThat(roster.byHand()).hasSize(1);
        lookAtNothing(61);
        assertThat(roster.byHand()).isEmpty();
    }
}
