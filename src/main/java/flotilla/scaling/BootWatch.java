package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.scaling.Placed.Standing;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Instances that boot, and how many in a row never got so far as to report. After too many, launches are held back, and then
 * tried one at a time; the hold doubles with each try that fails. Those that were under way when it began do not count.
 *
 * @param booting at the last look
 * @param failed instances whose last boot failed; of a fixed set they are started last
 * @param failedInARow boots that failed since the last one that went well
 * @param holds how many holds there were since then
 * @param heldUntil no launch before; {@link Instant#MIN} when none is held back
 */
public record BootWatch(
        Set<InstanceId> booting, Set<InstanceId> failed, int failedInARow, int holds, Instant heldUntil) {
    public BootWatch {
        booting = Set.copyOf(booting);
        failed = Set.copyOf(failed);
    }

    static BootWatch nothing() {
        return new BootWatch(Set.of(), Set.of(), 0, 0, Instant.MIN);
    }

    /** The watch after another look: what was booting and is gone, or still has not reported when it ought to, has failed. */
    BootWatch after(List<Placed> placed, PlannerRules.BootRule rule, Instant now) {
        Map<InstanceId, Placed> byId = placed.stream().collect(Collectors.toMap(Placed::id, Function.identity()));
        Set<InstanceId> nowFailed = new HashSet<>(failed);
        nowFailed.retainAll(byId.keySet());
        int failures = 0;
        boolean success = false;
        for (InstanceId id : booting) {
            Placed one = byId.get(id);
            if (one != null && one.is(Standing.BOOTING)) {
                continue;
            }
            boolean reported = one != null && one.view().worker().isPresent();
            success |= reported;
            if (reported) {
                nowFailed.remove(id);
            } else {
                failures++;
                nowFailed.add(id);
            }
        }
        Set<InstanceId> nowBooting = placed.stream()
                .filter(one -> one.is(Standing.BOOTING))
                .map(Placed::id)
                .collect(Collectors.toSet());
        if (success) {
            return new BootWatch(nowBooting, nowFailed, 0, 0, Instant.MIN);
        }
        int all = failedInARow + failures;
        boolean worse = failures > 0 && all >= rule.replacementsInARow() && !now.isBefore(heldUntil);
        return new BootWatch(
                nowBooting,
                nowFailed,
                all,
                worse ? holds + 1 : holds,
                worse ? rule.heldUntil(holds + 1, now) : heldUntil);
    }
}
