package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.PlannerRules.Mode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which instances are started or launched, or how large the group becomes, within the limits. Confined to one {@link PlanDraft}. */
final class LaunchDraft {
    private final PlannerRules rules;
    private final Instant now;
    private final FleetPicture fleet;
    private final Map<AppTierId, UnconfirmedLaunch> unconfirmed;
    private final BootWatch boots;
    private final FleetMemory before;
    private final PlanSheet sheet;

    /**
     * @param unconfirmed launches that may have happened, by the app-tier id that they keep
     * @param before the memory before this plan
     */
    LaunchDraft(
            PlannerRules rules,
            Instant now,
            FleetPicture fleet,
            Map<AppTierId, UnconfirmedLaunch> unconfirmed,
            BootWatch boots,
            FleetMemory before,
            PlanSheet sheet) {
        this.rules = rules;
        this.now = now;
        this.fleet = fleet;
        this.unconfirmed = unconfirmed;
        this.boots = boots;
        this.before = before;
        this.sheet = sheet;
    }

    /** So many more instances, as far as they may be had now. */
    void start(int wanted) {
        if (rules.shape().mode() == Mode.GROUP) {
            enlargeGroup(wanted);
            return;
        }
        int allowed = allowedStarts(wanted);
        if (allowed <= 0) {
            return;
        }
        boolean fixedSet = rules.shape().mode() == Mode.START_STOP;
        // An instance that EC2 has just refused to start waits for the others, and for those that can be launched
        // instead.
        // One that did not come up the last time waits as well.
        Set<InstanceId> refused =
                before.trouble().map(FleetMemory.LaunchTrouble::notStarted).orElse(Set.of());
        List<Placed> spares = fleet.with(Standing.SPARE)
                .filter(one -> fixedSet || rules.shape().spares() > 0)
                .sorted(Comparator.comparing((Placed one) -> refused.contains(one.id()))
                        .thenComparing(one -> boots.failed().contains(one.id()))
                        .thenComparing(
                                one -> one.appTierId().map(AppTierId::value).orElse(Integer.MAX_VALUE))
                        .thenComparing(Placed::id))
                .toList();
        int willing = fixedSet
                ? spares.size()
                : (int) spares.stream()
                        .filter(one -> !refused.contains(one.id()))
                        .count();
        int started = startSome(spares.subList(0, willing), allowed);
        int missing = allowed - started;
        if (fixedSet && missing > 0) {
            sheet.clamp("no more stopped instances in the set");
        }
        if (!fixedSet && missing > 0) {
            missing -= launch(missing, false);
            // Those that were refused may hold the very ids that a launch would need.
            sayNoIdIsFree(missing - startSome(spares.subList(willing, spares.size()), missing));
        }
    }

    private int startSome(List<Placed> spares, int most) {
        List<Placed> some = spares.subList(0, Math.min(most, spares.size()));
        some.forEach(one -> sheet.act(new ScalingAction.Start(one.id(), one.appTierId())));
        return some.size();
    }

    /** Each member that this plan ends, and that EC2 takes back anyway, leaves its place to another one. */
    void keepPlaces() {
        if (rules.shape().mode() == Mode.GROUP && !rules.steps().outPaused()) {
            replace(Integer.MAX_VALUE);
        }
    }

    /** So many of the members that this plan ends, and that EC2 takes back anyway, are replaced by the group; how many of them. */
    private int replace(int most) {
        return sheet.replace(fleet.takenBack().map(Placed::id), most);
    }

    /** The group replaces by itself whatever EC2 takes from it: only what is missing besides is more capacity. */
    private void enlargeGroup(int wanted) {
        int possible = rules.steps().outPaused() ? 0 : Math.max(0, wanted);
        int replaced = replace(possible);
        int later = (int) Math.min(possible - replaced, takenBackAtWork());
        if (later > 0) {
            sheet.clamp("the Auto Scaling group replaces " + later + " that EC2 takes back, when they are gone");
        }
        int allowed = allowedStarts(wanted - replaced - later);
        if (allowed > 0) {
            int capacity = fleet.living() - ending() + fleet.ordered() + allowed;
            sheet.act(new ScalingAction.SetGroupCapacity(capacity, allowed));
        }
    }

    /** Those that EC2 takes back and that this plan does not end. */
    private long takenBackAtWork() {
        Set<InstanceId> ended = sheet.ended();
        return fleet.takenBack().filter(one -> !ended.contains(one.id())).count();
    }

    /** Living instances that this plan ends and nobody replaces: each of them takes one off the desired capacity. */
    private int ending() {
        Set<InstanceId> ended = sheet.endedForGood();
        return (int) fleet.placed().stream()
                .filter(one -> one.isLiving() && ended.contains(one.id()))
                .count();
    }

    /** How many of the wanted starts may happen now. */
    private int allowedStarts(int wanted) {
        if (wanted <= 0) {
            return 0;
        }
        int allowed = Math.min(wanted, Math.max(0, rules.limits().maxInstances() - fleet.living() - fleet.ordered()));
        if (allowed < wanted) {
            sheet.clamp("max-instances " + rules.limits().maxInstances() + " with those that still end");
        }
        if (rules.steps().outPaused()) {
            sheet.clamp(ScalingPlan.SCALE_OUT_PAUSED);
            return 0;
        }
        Mode mode = rules.shape().mode();
        if (rules.unsettled() && (mode == Mode.LAUNCH || mode == Mode.START_STOP)) {
            sheet.clamp("launches wait until EC2 must have described those of an earlier supervisor");
            return 0;
        }
        if (allowed > rules.steps().out()) {
            sheet.clamp("scale-out-step " + rules.steps().out());
            allowed = rules.steps().out();
        }
        Optional<FleetMemory.LaunchTrouble> trouble = before.trouble();
        if (trouble.isPresent() && now.isBefore(trouble.get().until())) {
            sheet.clamp("launches pause until " + trouble.get().until() + " after "
                    + trouble.get().failures() + " x " + trouble.get().code());
            return 0;
        }
        if (boots.failedInARow() >= rules.boots().replacementsInARow()) {
            sheet.clamp(boots.failedInARow() + " boots in a row failed"
                    + (now.isBefore(boots.heldUntil())
                            ? ", launches are held until " + boots.heldUntil()
                            : ", one launch at a time"));
            return now.isBefore(boots.heldUntil()) || fleet.census().pending() > 0 ? 0 : Math.min(1, allowed);
        }
        return allowed;
    }

    /** Launches so many, or as many as there are app-tier ids for; the number of them. */
    private int launch(int count, boolean spare) {
        List<ScalingAction> launches = new ArrayList<>();
        unconfirmed.forEach((id, launch) -> launches.add(new ScalingAction.Launch(id, launch.generation(), spare)));
        for (AppTierId id : freeIds()) {
            launches.add(new ScalingAction.Launch(id, before.generation(id, now), spare));
        }
        int possible = Math.max(0, Math.min(count, launches.size()));
        launches.subList(0, possible).forEach(sheet::act);
        return possible;
    }

    private void sayNoIdIsFree(int missing) {
        if (missing > 0) {
            sheet.clamp("no app-tier id is free for " + missing + " more");
        }
    }

    /** App-tier ids that no instance has, none is launched with and this plan has not given away, the lowest first. */
    Set<AppTierId> freeIds() {
        Set<AppTierId> free = IntStream.rangeClosed(1, rules.limits().maxInstances())
                .mapToObj(AppTierId::new)
                .collect(Collectors.toCollection(TreeSet::new));
        free.removeAll(unconfirmed.keySet());
        fleet.placed().stream()
                .filter(one -> !one.is(Standing.GONE))
                .forEach(one -> one.appTierId().ifPresent(free::remove));
        sheet.actions().stream()
                .filter(ScalingAction.AssignId.class::isInstance)
                .forEach(action -> action.appTierId().ifPresent(free::remove));
        return free;
    }

    /** Stopped spares that are still to be made, those that this plan stops left out. */
    int sparesMissing() {
        if (rules.shape().mode() != Mode.LAUNCH || !rules.shape().sparesStopped()) {
            return 0;
        }
        long made = fleet.placed().stream()
                .filter(one -> one.is(Standing.SPARE) || one.view().instance().state() == InstanceState.STOPPING)
                .count();
        return (int) Math.max(0, rules.shape().spares() - made - sheet.count(ScalingAction.Stop.class));
    }

    /** Launches what is missing to have the wanted instances and the stopped spares besides. */
    void keepSpares(int desired) {
        int missing = sparesMissing();
        if (missing == 0 || sheet.count(ScalingAction.Start.class) > 0) {
            return;
        }
        long launching = sheet.count(ScalingAction.Launch.class);
        ScalingPlan.Census census = fleet.census();
        long surplus = Math.max(0, census.active() + launching - desired) + census.draining();
        int count = (int) Math.max(0, missing - surplus);
        int room = rules.limits().maxInstances() - fleet.living() - (int) launching;
        if (count > 0 && launching == 0) {
            int allowed = allowedStarts(Math.min(count, room));
            sayNoIdIsFree(allowed - launch(allowed, true));
        }
    }
}
