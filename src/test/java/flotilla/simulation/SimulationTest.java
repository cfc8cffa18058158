package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.LogNormal;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.PolicyInput;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.StepPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
    private static final World WORLD = World.league();

    /** As many instances as it is told, as long as there is anything to do. */
    private record Fixed(int instances) implements ScalingPolicy {
        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public Desire desire(PolicyInput input, PolicyState state) {
            boolean work = input.depth().messages() > 0;
            return new Desire(work ? instances : 0, work ? "backlog" : "no-work", state);
        }
    }

    private static Trace trace(String spec) {
        return TraceGenerator.of(spec).orElseThrow().generate();
    }

    private static World exact(double boot, double service) {
        return new World(
                Duration.ofSeconds(120),
                0.99,
                20,
                new LogNormal(Math.log(boot), 1e-9),
                new LogNormal(Math.log(service), 1e-9),
                Duration.ofSeconds(10),
                Duration.ZERO,
                0,
                0,
                0,
                1);
    }

    private static BacklogTimePolicy backlogTime(World world) {
        return new BacklogTimePolicy(world.slo(), world.attainment());
    }

    @Test
    void sameSeed_shouldGiveTheSameRun() {
        Trace trace = trace("bursts:hours=1,seed=3");

        assertThat(Simulation.run(backlogTime(WORLD), trace, WORLD).score())
                .isEqualTo(Simulation.run(backlogTime(WORLD), trace, WORLD).score());
    }

    @Test
    void oneInstanceAndOneBurst_shouldTakeItsBootAndItsWork() {
        Trace trace = new Trace("burst", new double[100]);
        World world = exact(45, 0.5);

        Score score = Simulation.run(new Fixed(1), trace, world).score();

        // The launch falls at the first tick, at 0; the machine is up at 45 s and has worked for 50 s at 95 s.
        assertThat(score.p99()).isBetween(94.0, 95.1);
        assertThat(score.launches()).isEqualTo(1);
        assertThat(score.instanceMinutes() * 60).isBetween(95.0, 111.0);
        assertThat(score.withinSlo()).isEqualTo(1);
    }

    @Test
    void arrivalsSlowerThanOneInstance_shouldNotWaitOnceItIsUp() {
        Trace trace = new Trace(
                "even", DoubleStream.iterate(0, t -> t + 1).limit(3600).toArray());

        Score score = Simulation.run(new Fixed(1), trace, exact(45, 0.5)).score();

        assertThat(score.p50()).isBetween(0.49, 0.51);
        assertThat(score.mostInstances()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constant:hours=1",
                "bursts:hours=2,seed=5",
                "on-off:hours=2,seed=5",
                "flash-crowd:hours=2,seed=5",
                "constant:rate=0.05,hours=2"
            })
    void defaultPolicy_shouldKeepItsPromise(String spec) {
        Score score = Simulation.run(backlogTime(WORLD), trace(spec), WORLD).score();

        assertThat(score.withinSlo()).isGreaterThanOrEqualTo(0.99);
        assertThat(score.mostInstances()).isLessThanOrEqualTo(20);
    }

    @Test
    void lateAndNoisyCountersAndFailingMachines_shouldNotBreakThePromise() {
        World rough = new World(
                WORLD.slo(),
                WORLD.attainment(),
                20,
                WORLD.boot(),
                WORLD.service(),
                WORLD.interval(),
                Duration.ofSeconds(30),
                0.1,
                0.1,
                0.02,
                7);

        Score score = Simulation.run(backlogTime(rough), trace("constant:hours=1,seed=2"), rough)
                .score();

        assertThat(score.withinSlo()).isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void sloShorterThanTheBoot_shouldBeServedAsSoonAsMachinesAreUp() {
        World strict = new World(
                Duration.ofSeconds(20),
                0.99,
                20,
                WORLD.boot(),
                WORLD.service(),
                WORLD.interval(),
                Duration.ZERO,
                0,
                0,
                0,
                1);

        Score score = Simulation.run(backlogTime(strict), new Trace("burst", new double[200]), strict)
                .score();

        assertThat(score.p99()).isLessThan(100);
        assertThat(score.launches()).isBetween(2, 20);
    }

    @Property(tries = 3)
    void anyTrace_shouldBeAnsweredWholeAndNeverBelowTheBound(
            @ForAll @IntRange(min = 1, max = 1000) int seed, @ForAll @IntRange(min = 0, max = 2) int kind) {
        String spec =
                switch (kind) {
                    case 0 -> "bursts:hours=0.5,every=200,seed=" + seed;
                    case 1 -> "on-off:hours=0.5,on=120,off=200,seed=" + seed;
                    default -> "constant:rate=3,hours=0.5,seed=" + seed;
                };
        Trace trace = trace(spec);
        double bound = ClairvoyantBound.find(trace, WORLD).orElseThrow();

        for (ScalingPolicy policy :
                new ScalingPolicy[] {backlogTime(WORLD), new MessageCountPolicy(40), new StepPolicy()}) {
            Score score = Simulation.run(policy, trace, WORLD).score();
            assertThat(score.p99()).as("%s on %s", policy.name(), spec).isFinite();
            if (score.withinSlo() >= WORLD.attainment()) {
                assertThat(score.instanceMinutes()).isGreaterThanOrEqualTo(0.98 * bound);
            }
        }
    }

    private static World with(Conduct conduct) {
        return new World(
                WORLD.slo(),
                WORLD.attainment(),
                20,
                WORLD.boot(),
                WORLD.service(),
                WORLD.interval(),
                Duration.ZERO,
                0,
                0,
                0,
                1,
                conduct);
    }

    private static Conduct conduct(PlannerRules rules) {
        return new Conduct(rules, Conduct.usual().assumed(), Conduct.usual().debounce());
    }

    @Test
    void scheduledMinimum_shouldHoldByTheClockOfTheTrace() {
        Instant nine = Instant.parse("2026-11-24T09:00:00Z");
        World scheduled = with(conduct(Conduct.usual().rules().with(now -> now.isBefore(nine) ? 0 : 6)));
        double[] one = {0, 3000};
        Trace before = new Trace("before", one, nine.minusSeconds(3600));
        Trace across = new Trace("across", one, nine.minusSeconds(1800));

        assertThat(Simulation.run(new Fixed(1), before, scheduled).score().mostInstances())
                .isEqualTo(1);
        assertThat(Simulation.run(new Fixed(1), across, scheduled).score().mostInstances())
                .isEqualTo(6);
    }

    @Test
    void stepOfOne_shouldLaunchOneAtEachDecision() {
        PlannerRules slow = Conduct.usual().rules().with(new PlannerRules.Steps(1, Integer.MAX_VALUE, false, false));
        Trace burst = new Trace("burst", new double[200]);

        Score free = Simulation.run(new Fixed(5), burst, WORLD).score();
        Score stepped = Simulation.run(new Fixed(5), burst, with(conduct(slow))).score();

        assertThat(stepped.p95()).isGreaterThan(free.p95());
    }

    @Test
    void fleetAtItsMinimum_shouldBeAtRest() {
        ScalingLimits two =
                new ScalingLimits(2, 20, Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofMinutes(5));
        Trace burst = new Trace("burst", new double[100]);

        Score score = Simulation.run(new Fixed(1), burst, with(conduct(PlannerRules.of(two))))
                .score();

        assertThat(score.launches()).isEqualTo(2);
        assertThat(score.instanceMinutes()).as("not until six hours later").isLessThan(10);
    }

    @Test
    void bootsLongerThanTheirAllowance_shouldNotBeReplaced() {
        Score score = Simulation.run(new Fixed(1), new Trace("burst", new double[100]), exact(600, 0.5))
                .score();

        assertThat(score.launches()).isEqualTo(1);
        assertThat(score.p99()).isBetween(640.0, 660.0);
    }

    @Test
    void longTimeline_shouldBeThinnedEvenly() {
        Timeline timeline = new Timeline();
        for (int second = 0; second < 1_000_000; second++) {
            timeline.add(new Timeline.Moment(second, 0, 0, 0, 0));
        }

        List<Timeline.Moment> moments = timeline.moments(Integer.MAX_VALUE);
        double step = moments.get(1).seconds();
        assertThat(moments).hasSizeBetween(1 << 16, 1 << 17);
        for (int i = 0; i < moments.size(); i++) {
            assertThat(moments.get(i).seconds()).isEqualTo(i * step);
        }
    }
}
