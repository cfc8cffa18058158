package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.scaling.FleetController;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real supervisor, killed in the middle of its launches, with an EC2 that describes late. */
class SupervisorKilledIT {
    private static final ActorTestKit KIT =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration DESCRIBE_LAG = Duration.ofSeconds(8);
    private static final int KILLS = 50;
    private static final int WANTED = 4;

    /** An EC2 that answers only some launches, and describes all of them late. */
    private static final class LateEc2 implements InstanceFleet {
        private record Machine(Instance instance, Instant describedFrom) {}

        private final HandClock clock;
        private final Random random;
        private final Map<String, Machine> byToken = new TreeMap<>();
        /** How many launch calls are still carried out before the next one hangs; its outcome is drawn. */
        private int answersLeft = Integer.MAX_VALUE;

        private CompletableFuture<Void> hanging = new CompletableFuture<>();

        LateEc2(HandClock clock, Random random) {
            this.clock = clock;
            this.random = random;
        }

        synchronized CompletableFuture<Void> hangAfter(int answers) {
            answersLeft = answers;
            hanging = new CompletableFuture<>();
            return hanging;
        }

        synchronized void answerAll() {
            answersLeft = Integer.MAX_VALUE;
        }

        /** All machines end, as when somebody ends them by hand. */
        synchronized void endAll() {
            byToken.replaceAll((token, machine) -> new Machine(
                    new Instance(
                            machine.instance().id(),
                            machine.instance().appTierId(),
                            InstanceState.TERMINATED,
                            machine.instance().launchedAt(),
                            ""),
                    machine.describedFrom()));
        }

        synchronized List<Instance> living() {
            return byToken.values().stream()
                    .map(Machine::instance)
                    .filter(instance -> instance.state().isAlive())
                    .toList();
        }

        @Override
        public synchronized CompletionStage<Described> describe() {
            return CompletableFuture.completedFuture(new Described(
                    byToken.values().stream()
                            .filter(machine -> !machine.describedFrom().isAfter(clock.instant()))
                            .map(Machine::instance)
                            .toList(),
                    0));
        }

        @Override
        public synchronized CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
            Machine known = byToken.get(clientToken);
            if (known != null && !known.instance().state().isAlive()) {
                return CompletableFuture.failedFuture(
                        new LaunchFailedException("terminated", "IdempotentInstanceTerminated", true, null));
            }
            boolean hangs = answersLeft-- <= 0;
            if (!hangs || random.nextBoolean()) {
                byToken.computeIfAbsent(
                        clientToken,
                        token -> new Machine(
                                new Instance(
                                        new InstanceId("i-" + (byToken.size() + 1)),
                                        Optional.of(id),
                                        InstanceState.PENDING,
                                        clock.instant(),
                                        ""),
                                clock.instant().plus(DESCRIBE_LAG)));
            }
            if (hangs) {
                hanging.complete(null);
                return new CompletableFuture<>();
            }
            return CompletableFuture.completedFuture(byToken.get(clientToken).instance());
        }

        @Override
        public CompletionStage<Done> start(InstanceId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Done> stop(InstanceId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Done> terminate(InstanceId id) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId) {
            throw new UnsupportedOperationException("no machine lacks its id");
        }

        @Override
        public CompletionStage<Done> setGroupCapacity(int capacity) {
            throw new UnsupportedOperationException();
        }
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ActorRef<SupervisorCommand> start(HandClock clock, LateEc2 ec2) {
        PlannerRules rules = PlannerRules.of(
                        new ScalingLimits(0, 20, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5)))
                .settling(DESCRIBE_LAG.plusSeconds(1), false);
        return KIT.spawn(ScalingSupervisor.create(
                new ScalingSupervisor.Settings(INTERVAL, Duration.ofMillis(300), 100, instant -> 1),
                clock,
                new SupervisorPorts(
                        () -> new FleetController(
                                new MessageCountPolicy(1), List.of(), rules, WorkloadModel.Assumed.usual()),
                        new Ec2FleetOperator(ec2, Optional.empty(), "flotilla", "user data"),
                        () -> CompletableFuture.completedFuture(new QueueDepth(WANTED, 0, 0)))));
    }

    private static void tick(HandClock clock, ActorRef<SupervisorCommand> supervisor) {
        clock.pass(INTERVAL);
        TIME.timePasses(INTERVAL);
        settled(supervisor);
    }

    /** The supervisor answers questions in every phase, after what it was told before. */
    private static void settled(ActorRef<SupervisorCommand> supervisor) {
        TestProbe<DecisionReport> probe = KIT.createTestProbe();
        for (int i = 0; i < 3; i++) {
            supervisor.tell(new SupervisorCommand.GetDecisions(1, probe.getRef()));
            probe.receiveMessage(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void fiftyKillsInTheMiddleOfLaunches_shouldNeitherDoubleNorLoseAnything(long seed) throws Exception {
        Random random = new Random(seed);
        HandClock clock = new HandClock(START);
        LateEc2 ec2 = new LateEc2(clock, random);
        for (int kill = 1; kill <= KILLS; kill++) {
            ec2.endAll();
            clock.pass(DESCRIBE_LAG);
            CompletableFuture<Void> hanging = ec2.hangAfter(random.nextInt(WANTED));
            ActorRef<SupervisorCommand> victim = start(clock, ec2);
            TIME.timePasses(Duration.ZERO);
            settled(victim);
            tick(clock, victim);
            hanging.get(2, java.util.concurrent.TimeUnit.MINUTES);
            KIT.stop(victim);
            ec2.answerAll();

            ActorRef<SupervisorCommand> successor = start(clock, ec2);
            TIME.timePasses(Duration.ZERO);
            settled(successor);
            List<Integer> ids = new ArrayList<>();
            KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
                tick(clock, successor);
                assertThat(ec2.living()).hasSizeGreaterThanOrEqualTo(WANTED);
                return null;
            });
            tick(clock, successor);
            ec2.living()
                    .forEach(instance ->
                            ids.add(instance.appTierId().orElseThrow().value()));
            KIT.stop(successor);

            assertThat(ids).as("seed %d, kill %d", seed, kill).containsExactlyInAnyOrder(1, 2, 3, 4);
        }
    }
}
