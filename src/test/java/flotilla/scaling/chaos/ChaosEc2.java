package flotilla.scaling.chaos;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** EC2 with its client tokens and its eventual consistency. */
final class ChaosEc2 {
    /** EC2 describes what it has launched after at most so many seconds. */
    static final int DESCRIBE_LAG = 8;

    final List<ChaosMachine> machines = new ArrayList<>();
    private final Random random;
    private int count;

    ChaosEc2(Random random) {
        this.random = random;
    }

    /** Machines that were there before, stopped. */
    void prepare(int tiers) {
        for (int tier = 1; tier <= tiers; tier++) {
            ChaosMachine machine = new ChaosMachine(new InstanceId("i-set-" + tier), "", new AppTierId(tier), 0, 0, 0);
            machine.state = InstanceState.STOPPED;
            machines.add(machine);
        }
    }

    /** Launches once for each token: a repeated call gives the same machine, or an error when that is gone. */
    Optional<ChaosMachine> launch(AppTierId tier, String token, int now, boolean calm) {
        Optional<ChaosMachine> before =
                machines.stream().filter(one -> one.token.equals(token)).findFirst();
        if (before.isPresent()) {
            return before.filter(ChaosMachine::living);
        }
        int lag = calm ? 0 : random.nextInt(DESCRIBE_LAG + 1);
        ChaosMachine machine =
                new ChaosMachine(new InstanceId("i-" + ++count), token, tier, now, now + lag, bootsUntil(now, calm));
        machines.add(machine);
        return Optional.of(machine);
    }

    int bootsUntil(int now, boolean calm) {
        return !calm && random.nextInt(12) == 0 ? Integer.MAX_VALUE : now + 5 + random.nextInt(20);
    }

    List<Instance> describe(int now) {
        return machines.stream()
                .filter(one -> one.describedFrom <= now)
                .map(ChaosMachine::described)
                .toList();
    }

    Optional<ChaosMachine> find(InstanceId id) {
        return machines.stream().filter(one -> one.id.equals(id)).findFirst();
    }

    long living() {
        return machines.stream().filter(ChaosMachine::living).count();
    }
}
