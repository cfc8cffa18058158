package flotilla.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Activity;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever instances live, and whenever they are looked at. */
class CostAccountPropertiesTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T11:58:00Z");
    private static final int SECONDS = 20_000;
    private static final int TRIES = 300;

    /** A machine: launched, running and gone at these seconds. */
    private record Life(int id, double launched, double running, double gone) {
        static Life of(int id, Random random) {
            double launched = random.nextDouble() * SECONDS - 1000;
            double running = launched + random.nextDouble() * 120;
            return new Life(id, launched, running, running + random.nextDouble() * SECONDS / 4);
        }

        Optional<Instance> at(double second) {
            if (second < launched || second >= gone) {
                return Optional.empty();
            }
            InstanceState state = second < running ? InstanceState.PENDING : InstanceState.RUNNING;
            return Optional.of(new Instance(
                    new InstanceId("i-" + id), Optional.empty(), state, moment(launched), "t" + id % 3, id % 2 == 0));
        }

        double runningBetween(double from, double to) {
            return Math.max(0, Math.min(gone, to) - Math.max(running, from));
        }
    }

    private static Instant moment(double second) {
        return BEGIN.plusNanos(Math.round(second * 1e9));
    }

    private static List<Double> looks(Random random) {
        List<Double> looks = new ArrayList<>(List.of(0.0));
        double second = 0;
        while (second < SECONDS) {
            second += random.nextInt(20) == 0 ? random.nextDouble() * 2000 : 0.5 + random.nextDouble() * 20;
            looks.add(second);
        }
        return looks;
    }

    /** By how much the account may be wrong: half of the time between two looks for each change in it. */
    private static double tolerance(List<Life> lives, List<Double> looks) {
        double tolerance = 1e-3;
        for (int i = 1; i < looks.size(); i++) {
            double from = looks.get(i - 1);
            double to = looks.get(i);
            for (Life life : lives) {
                tolerance += life.running() >= from && life.running() < to ? (to - from) / 2 : 0;
                tolerance += life.gone() >= from && life.gone() < to ? (to - from) / 2 : 0;
            }
        }
        return tolerance;
    }

    @Property(tries = TRIES)
    void instancesTime_shouldBeRightButForHalfOfEachGapWithAChange(@ForAll long seed) {
        Random random = new Random(seed);
        List<Life> lives = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            lives.add(Life.of(i, random));
        }
        List<Double> looks = looks(random);
        CostAccount account = new CostAccount(BEGIN);
        looks.forEach(second -> account.observed(
                lives.stream().flatMap(life -> life.at(second).stream()).toList(), moment(second)));
        double end = looks.get(looks.size() - 1);

        double counted = account.total().instanceSeconds();

        double really =
                lives.stream().mapToDouble(life -> life.runningBetween(0, end)).sum();
        assertThat(counted).isCloseTo(really, within(tolerance(lives, looks)));
        assertThat(account.since(Instant.EPOCH, moment(end)).usage().instanceSeconds())
                .as("the hours hold all of it")
                .isCloseTo(counted, within(1e-3));
    }

    @Property(tries = TRIES)
    void images_shouldBeAsManyAsWorkersHaveClassifiedSinceTheBeginning(@ForAll long seed) {
        Random random = new Random(seed);
        CostAccount account = new CostAccount(BEGIN);
        long expected = 0;
        for (int worker = 0; worker < 5; worker++) {
            boolean before = random.nextBoolean();
            long life = moment(before ? -100 : 1 + random.nextInt(100)).toEpochMilli();
            long images = before ? random.nextInt(1000) : 0;
            for (int number = 1; number < 50; number++) {
                account.worked(sighting(worker, life, number, images), calls(images), moment(200 + number));
                boolean startsAgain = random.nextInt(20) == 0;
                if (startsAgain) {
                    life += 1;
                    images = 0;
                }
                long more = number == 49 ? 0 : random.nextInt(10);
                images += more;
                expected += number == 49 ? 0 : more;
            }
        }

        assertThat(account.total().images()).isEqualTo(expected);
        assertThat(account.total().calls().getOrDefault("s3:GetObject", 0L)).isEqualTo(expected);
    }

    private static Optional<CallCount> calls(long reads) {
        return Optional.of(new CallCount(Map.of("s3:GetObject", reads)));
    }

    private static WorkerSighting sighting(int worker, long life, long number, long images) {
        return new WorkerSighting(
                new WorkerId("i-" + worker),
                Optional.of(new InstanceId("i-" + worker)),
                Optional.empty(),
                Activity.WORKING,
                0,
                0,
                0,
                new ServiceCount(images, Duration.ZERO, 1),
                life,
                number);
    }
}
