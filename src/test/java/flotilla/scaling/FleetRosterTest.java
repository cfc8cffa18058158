package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetObservation.Stray;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** EC2's word joined with the workers': who lives, since when, and whose reports count. Seconds count from noon. */
class FleetRosterTest {
    private static final InstanceId ONE = Fleet.id(1);

    private final FleetRoster roster = new FleetRoster();

    private static Instant at(long seconds) {
        return Fleet.NOW.plusSeconds(seconds);
    }

    private static Instance instance(int id, InstanceState state, long launchedAt) {
        return new Instance(Fleet.id(id), Optional.of(new AppTierId(id)), state, at(launchedAt), Fleet.TYPE);
    }

    private List<InstanceView> described(long second, Instance... instances) {
        return roster.described(List.of(instances), at(second));
    }

    private InstanceView one(long second, Instance instance) {
        return described(second, instance).get(0);
    }

    /** A report of the process that started at second {@code life}. */
    private boolean report(int id, Activity activity, long life, long number, long second) {
        return roster.reported(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(Fleet.id(id)),
                        Optional.empty(),
                        activity,
                        0,
                        0,
                        0,
                        ServiceCount.none(1),
                        at(life).toEpochMilli(),
                        number),
                at(second));
    }

    private static Optional<Activity> activity(InstanceView view) {
        return view.worker().map(WorkerView::activity);
    }

    @Test
    void report_shouldBeJoinedWithItsInstance() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        report(1, Activity.WORKING, -30, 9, 3);

        InstanceView view = one(10, instance(1, InstanceState.RUNNING, -60));

        assertThat(activity(view)).contains(Activity.WORKING);
        assertThat(view.lastSign()).isEqualTo(at(3));
        assertThat(view.firstSeen()).isEqualTo(at(0));
    }

    @Test
    void launchThatIsNeverDescribed_shouldBeOverdueUntilItIs() {
        roster.launched(instance(1, InstanceState.PENDING, 0), at(0));
        described(119);
        assertThat(roster.isOverdue(Fleet.id(1))).isFalse();
        assertThat(described(121)).isEmpty();
        assertThat(roster.isOverdue(Fleet.id(1))).isTrue();
        described(130, instance(1, InstanceState.RUNNING, 0));
        assertThat(roster.isOverdue(Fleet.id(1))).isFalse();
    }

    @Test
    void reportOutOfOrderOrTwice_shouldBeIgnored() {
        described(0, instance(1, InstanceState.RUNNING, -60));

        assertThat(report(1, Activity.DRAINING, -30, 5, 1)).isTrue();
        assertThat(report(1, Activity.WORKING, -30, 4, 2)).isFalse();
        assertThat(report(1, Activity.DRAINING, -30, 5, 3)).isFalse();
        assertThat(report(1, Activity.DRAINED, -30, 6, 4)).isTrue();

        assertThat(activity(one(10, instance(1, InstanceState.RUNNING, -60)))).contains(Activity.DRAINED);
    }

    @Test
    void processThatStartedAnew_shouldBeBelievedAlthoughItCountsFromOne() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        report(1, Activity.DRAINED, -30, 500, 1);

        assertThat(report(1, Activity.WORKING, 5, 1, 6)).isTrue();
        assertThat(report(1, Activity.DRAINED, -30, 501, 7)).isFalse();

        assertThat(activity(one(10, instance(1, InstanceState.RUNNING, -60)))).contains(Activity.WORKING);
    }

    @Test
    void instanceThatWasStoppedAndStarted_shouldHaveNoReportUntilItsNewWorkerSpeaks() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        report(1, Activity.DRAINED, -30, 40, 1);
        described(10, instance(1, InstanceState.STOPPED, -60));

        assertThat(report(1, Activity.DRAINED, -30, 41, 15)).as("late").isFalse();
        InstanceView booting = one(20, instance(1, InstanceState.PENDING, 18));
        assertThat(report(1, Activity.DRAINED, -30, 42, 25)).as("very late").isFalse();
        assertThat(booting.worker()).isEmpty();
        assertThat(booting.firstSeen()).isEqualTo(at(20));

        assertThat(report(1, Activity.WORKING, 30, 1, 31)).isTrue();
        assertThat(activity(one(40, instance(1, InstanceState.RUNNING, 18)))).contains(Activity.WORKING);
    }

    @Test
    void startThatWasNotSeen_shouldEndTheLifeHeardOfBefore() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        report(1, Activity.DRAINED, -30, 40, 1);
        described(10, instance(1, InstanceState.RUNNING, -60));

        InstanceView again = one(60, instance(1, InstanceState.RUNNING, 55));

        assertThat(again.worker()).isEmpty();
        assertThat(report(1, Activity.DRAINED, -30, 41, 61)).isFalse();
        assertThat(report(1, Activity.WORKING, 58, 1, 62)).isTrue();
    }

    @Test
    void reportOfAnEarlierLifeToANewSupervisor_shouldBeDoubted() {
        described(0, instance(1, InstanceState.PENDING, -2));

        assertThat(report(1, Activity.DRAINED, -300, 99, 1)).isFalse();
        assertThat(one(10, instance(1, InstanceState.RUNNING, -2)).worker()).isEmpty();
    }

    @Test
    void reportThatCameBeforeTheDescription_shouldBeDoubtedToo() {
        assertThat(report(1, Activity.DRAINED, -300, 99, 0)).isTrue();

        assertThat(one(1, instance(1, InstanceState.PENDING, -2)).worker()).isEmpty();
    }

    @Test
    void workerWhoseClockIsWrong_shouldBeBelievedWhenItGoesOn() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        long number = 0;
        for (int second = 1; second <= 120; second++) {
            assertThat(report(1, Activity.WORKING, -7200, ++number, second)).isFalse();
        }

        assertThat(report(1, Activity.WORKING, -7200, ++number, 122)).isTrue();
        assertThat(activity(one(130, instance(1, InstanceState.RUNNING, -60)))).contains(Activity.WORKING);
    }

    @Test
    void instanceThatStartsInTheFuture_shouldBeHeard() {
        described(0, instance(1, InstanceState.RUNNING, 3));

        assertThat(report(1, Activity.WORKING, 1, 1, 5)).isTrue();
        assertThat(one(10, instance(1, InstanceState.RUNNING, 3)).bootTime()).contains(Duration.ofSeconds(2));
        assertThat(one(11, instance(1, InstanceState.RUNNING, 3)).worker()).isPresent();
    }

    @Test
    void descriptionFromBeforeTheLastStart_shouldBeIgnored() {
        described(0, instance(1, InstanceState.STOPPED, -600));
        described(10, instance(1, InstanceState.RUNNING, 5));
        report(1, Activity.WORKING, 8, 1, 9);

        InstanceView view = one(20, instance(1, InstanceState.STOPPED, -600));

        assertThat(view.instance().state()).isEqualTo(InstanceState.RUNNING);
        assertThat(activity(one(30, instance(1, InstanceState.RUNNING, 5)))).contains(Activity.WORKING);
    }

    @Test
    void pendingInstanceWhoseWorkerReports_shouldKeepItsReport() {
        described(0, instance(1, InstanceState.PENDING, -20));
        report(1, Activity.WORKING, -1, 1, 1);

        assertThat(activity(one(10, instance(1, InstanceState.PENDING, -20)))).contains(Activity.WORKING);
    }

    @Test
    void bootTime_shouldLastFromTheLaunchToTheFirstReport() {
        described(0, instance(1, InstanceState.PENDING, -2));
        described(10, instance(1, InstanceState.RUNNING, -2));
        assertThat(one(20, instance(1, InstanceState.RUNNING, -2)).bootTime()).isEmpty();
        report(1, Activity.WORKING, 25, 1, 28);
        report(1, Activity.WORKING, 25, 2, 29);

        assertThat(one(30, instance(1, InstanceState.RUNNING, -2)).bootTime()).contains(Duration.ofSeconds(30));
    }

    @Test
    void workerThatIsUpWhenTheSupervisorComes_shouldTellNoBootTime() {
        described(0, instance(1, InstanceState.RUNNING, -7200));
        report(1, Activity.WORKING, -7100, 7100, 1);

        assertThat(one(10, instance(1, InstanceState.RUNNING, -7200)).bootTime())
                .isEmpty();
    }

    @Test
    void bootTimeOfASecondLife_shouldBeItsOwn() {
        described(0, instance(1, InstanceState.PENDING, 0));
        report(1, Activity.WORKING, 25, 1, 30);
        described(31, instance(1, InstanceState.RUNNING, 0));
        described(40, instance(1, InstanceState.STOPPED, 0));
        described(50, instance(1, InstanceState.PENDING, 49));
        report(1, Activity.WORKING, 58, 1, 60);

        assertThat(one(61, instance(1, InstanceState.RUNNING, 49)).bootTime()).contains(Duration.ofSeconds(11));
    }

    @Test
    void launchThatIsNotDescribedForTwoMinutes_shouldBeKnownAsSuchUntilItIs() {
        roster.launched(instance(1, InstanceState.PENDING, 0), at(0));
        assertThat(described(120)).hasSize(1);
        assertThat(roster.isOverdue(ONE)).isFalse();

        assertThat(described(121)).isEmpty();
        assertThat(roster.isOverdue(ONE)).isTrue();

        described(200, instance(1, InstanceState.RUNNING, 0));
        assertThat(roster.isOverdue(ONE)).isFalse();
    }

    @Test
    void launchedInstanceThatIsNotDescribedYet_shouldBeKeptForTwoMinutes() {
        roster.launched(instance(1, InstanceState.PENDING, 0), at(0));

        assertThat(described(10)).hasSize(1);
        assertThat(described(120)).hasSize(1);
        assertThat(described(121)).isEmpty();
    }

    @Test
    void launchedInstanceThatWasDescribed_shouldBeGoneWhenItIsNotAnyMore() {
        roster.launched(instance(1, InstanceState.PENDING, 0), at(0));
        described(10, instance(1, InstanceState.PENDING, 0));

        assertThat(described(20)).isEmpty();
    }

    @Test
    void workerThatGoesOnWithoutADescribedInstance_shouldBeAStraySinceItWasMissed() {
        report(7, Activity.WORKING, -30, 1, 0);
        described(5);
        assertThat(roster.strays(at(5))).isEmpty();
        report(7, Activity.DRAINED, -30, 2, 20);
        described(25);
        assertThat(roster.strays(at(25))).containsExactly(new Stray(Fleet.id(7), at(5), Activity.DRAINED, 0));

        described(30, instance(7, InstanceState.RUNNING, -60));
        assertThat(roster.strays(at(30))).isEmpty();
        described(40);
        assertThat(roster.strays(at(40))).isEmpty();
        report(7, Activity.DRAINED, -30, 3, 41);
        described(50);
        assertThat(roster.strays(at(50))).extracting(Stray::since).containsExactly(at(40));
    }

    @Test
    void terminatedInstanceThatEc2Forgets_shouldLeaveNoStray() {
        described(0, instance(7, InstanceState.RUNNING, -60));
        report(7, Activity.DRAINED, -30, 1, 1);
        described(10, instance(7, InstanceState.TERMINATED, -60));
        for (int second = 20; second <= 200; second += 10) {
            described(second);
            assertThat(roster.strays(at(second))).isEmpty();
        }
    }

    @Test
    void silentStray_shouldBeNoneAndThenBeForgotten() {
        report(7, Activity.WORKING, -30, 1, 0);
        described(1);
        roster.strays(at(1));
        report(7, Activity.WORKING, -30, 2, 2);
        described(32);
        assertThat(roster.strays(at(32))).hasSize(1);
        described(33);
        assertThat(roster.strays(at(33))).isEmpty();
        assertThat(roster.reportOn(Fleet.id(7))).isPresent();

        described(123);
        assertThat(roster.reportOn(Fleet.id(7))).isEmpty();
    }

    @Test
    void timeThatTheSupervisorWasAway_shouldBeNobodysSilence() {
        described(0, instance(1, InstanceState.RUNNING, -60));
        report(1, Activity.WORKING, -30, 9, 1);

        roster.forgive(Duration.ofSeconds(600), at(605));

        assertThat(one(605, instance(1, InstanceState.RUNNING, -60)).lastSign()).isEqualTo(at(601));
        roster.forgive(Duration.ofSeconds(600), at(610));
        assertThat(one(610, instance(1, InstanceState.RUNNING, -60)).lastSign()).isEqualTo(at(610));
    }

    @Test
    void workersByHand_shouldBeShownUntilTheyAreSilent() {
        roster.reported(
                new WorkerSighting(
                        new WorkerId("desk"),
                        Optional.empty(),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        1,
                        1,
                        ServiceCount.none(1),
                        1,
                        1),
                at(0));

        described(60);
        assertThat(roster.byHand()).hasSize(1);
        assertThat(roster.show(Map.of(), at(60)))
                .singleElement()
                .satisfies(line -> assertThat(line.name()).isEqualTo("desk"));
        described(61);
        assertThat(roster.byHand()).isEmpty();
    }

    /** As members of a group do that somebody else drives: they have instances, and nobody asks EC2 for them. */
    @Test
    void whereEc2IsNotAsked_everyWorkerThatReportsShouldBeThere() {
        FleetRoster alone = new FleetRoster(Duration.ZERO, true);
        WorkerSighting member = new WorkerSighting(
                new WorkerId("i-1"),
                Optional.of(ONE),
                Optional.empty(),
                Activity.WORKING,
                0,
                1,
                1,
                ServiceCount.none(1),
                1,
                1);
        alone.reported(member, at(0));
        roster.reported(member, at(0));

        alone.described(List.of(), at(60));
        assertThat(alone.byHand()).singleElement().satisfies(view -> {
            assertThat(view.instance().id()).isEqualTo(ONE);
            assertThat(view.lastSign()).isEqualTo(at(0));
        });
        assertThat(alone.show(Map.of(), at(60))).singleElement().satisfies(line -> {
            assertThat(line.state()).isEqualTo("running");
            assertThat(line.busy()).isEqualTo(1);
        });
        assertThat(roster.byHand()).as("EC2 is asked").isEmpty();

        alone.described(List.of(), at(61));
        assertThat(alone.byHand()).isEmpty();
    }

    @Test
    void shownState_shouldTellSinceWhen() {
        described(10, instance(1, InstanceState.PENDING, 3));
        assertThat(line(10)).isEqualTo("pending since 3");
        described(20, instance(1, InstanceState.RUNNING, 3));
        assertThat(line(20)).isEqualTo("pending since 3");
        report(1, Activity.WORKING, 15, 1, 22);
        assertThat(line(25)).isEqualTo("running since 25");
        report(1, Activity.DRAINING, 15, 2, 26);
        described(30, instance(1, InstanceState.RUNNING, 3));
        assertThat(line(35)).isEqualTo("draining since 30");
        described(40, instance(1, InstanceState.SHUTTING_DOWN, 3));
        assertThat(line(40)).isEqualTo("shutting-down since 40");
        described(50, instance(1, InstanceState.TERMINATED, 3));
        assertThat(line(110)).isEqualTo("terminated since 50");
        assertThat(roster.show(Map.of(), at(111))).isEmpty();
    }

    private String line(long second) {
        ShownInstance line = roster.show(Map.of(), at(second)).get(0);
        assertThat(line.name()).isEqualTo(ONE.value());
        return line.state() + " since "
                + Duration.between(Fleet.NOW, line.since()).toSeconds();
    }
}
