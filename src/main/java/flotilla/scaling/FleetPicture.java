package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.ScalingPlan.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The instances as a plan counts them. Pure.
 *
 * @param placed each instance and what it is
 * @param ordered machines that an Auto Scaling group was asked for and that are not described yet
 * @param waiting terminate requests that no worker has taken yet
 * @param heedsRisk whether machines are replaced that EC2 recommends to replace
 */
record FleetPicture(List<Placed> placed, int ordered, int waiting, boolean heedsRisk, Instant now) {
    FleetPicture {
        placed = List.copyOf(placed);
    }

    Census census() {
        Map<CountedAs, Integer> counts = new EnumMap<>(CountedAs.class);
        placed.forEach(one -> CountedAs.of(one.standing()).ifPresent(as -> counts.merge(as, 1, Integer::sum)));
        int working = counts.getOrDefault(CountedAs.RUNNING, 0);
        return new Census(
                counts.getOrDefault(CountedAs.PENDING, 0) + ordered,
                Math.max(0, working - waiting),
                counts.getOrDefault(CountedAs.DRAINING, 0) + Math.min(working, waiting),
                counts.getOrDefault(CountedAs.SILENT, 0),
                counts.getOrDefault(CountedAs.ENDING, 0),
                counts.getOrDefault(CountedAs.SPARE, 0));
    }

    Stream<Placed> with(Standing standing) {
        return placed.stream().filter(one -> one.is(standing));
    }

    /** Instances that take up a place under the maximum. */
    int living() {
        return (int) placed.stream().filter(Placed::isLiving).count();
    }

    /**
     * Living instances that EC2 takes back whatever anybody does. One that its group holds is none of them: its place was filled anew or
     * given up when the group began to end it.
     */
    Stream<Placed> takenBack() {
        return placed.stream()
                .filter(one -> one.isLiving() && !one.isHeld() && one.outlook().ends());
    }

    /** Whether it works, and is to be replaced because EC2 recommends it. */
    boolean goes(Placed one) {
        return heedsRisk && one.isAtRisk();
    }

    /** Working instances that are to be replaced because EC2 recommends it. */
    int atRisk() {
        return (int) placed.stream().filter(this::goes).count();
    }

    /**
     * Of those at risk, how many another one stands in for: as many as there are more than were desired. A supervisor that is new
     * takes what boots for that.
     */
    private int replaced(OptionalInt before) {
        Census census = census();
        int more = before.isPresent() ? census.active() - before.getAsInt() : census.pending();
        return Math.max(0, Math.min(atRisk(), more));
    }

    /**
     * What the policy is told of the instances. A machine that EC2 recommends to replace counts until another one stands in for it:
     * one that is not told of them would be content with fewer, and they would be drained before anything is started.
     *
     * @param before what was desired the last time
     */
    List<PolicyInput.Capacity> capacities(OptionalInt before) {
        List<PolicyInput.Capacity> all = new ArrayList<>();
        int working = census().running();
        int replaced = replaced(before);
        for (Placed one : placed) {
            if (goes(one) && replaced > 0) {
                replaced--;
                working--;
                continue;
            }
            boolean ready = one.is(Standing.WORKING);
            if (one.is(Standing.BOOTING) || ready && working-- > 0) {
                Instance instance = one.view().instance();
                Duration age = Duration.between(instance.launchedAt(), now);
                all.add(new PolicyInput.Capacity(
                        instance.id(), instance.type(), ready, age.isNegative() ? Duration.ZERO : age));
            }
        }
        for (int i = 0; i < ordered; i++) {
            all.add(new PolicyInput.Capacity(new InstanceId("ordered-" + (i + 1)), "", false, Duration.ZERO));
        }
        return all;
    }
}
