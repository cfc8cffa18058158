package flotilla.scaling;

import flotilla.domain.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a plan in the making does and says so far, in its order. Confined to one {@link PlanDraft}. */
final class PlanSheet {
    private final List<ScalingAction> actions = new ArrayList<>();
    private final List<String> clamps = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    void act(ScalingAction action) {
        actions.add(action);
    }

    /** What keeps the plan from what the policy wants, or changes what counts. */
    void clamp(String line) {
        clamps.add(line);
    }

    /** What does not fit together. */
    void find(String line) {
        findings.add(line);
    }

    List<ScalingAction> actions() {
        return actions;
    }

    List<String> clamps() {
        return clamps;
    }

    List<String> findings() {
        return findings;
    }

    long count(Class<? extends ScalingAction> kind) {
        return actions.stream().filter(kind::isInstance).count();
    }

    /** Whether it starts instances, or has a group do so. */
    boolean starts() {
        return actions.stream()
                .anyMatch(action -> action instanceof ScalingAction.Launch
                        || action instanceof ScalingAction.Start
                        || action instanceof ScalingAction.SetGroupCapacity
                        || isReplaced(action));
    }

    /** Whether it does nothing but end instances, which nobody replaces. */
    boolean onlyEnds() {
        return !actions.isEmpty() && actions.stream().allMatch(action -> isEnd(action) && !isReplaced(action));
    }

    /** Instances that it ends. */
    Set<InstanceId> ended() {
        return ended(action -> true);
    }

    /** Instances that it ends and nobody replaces. */
    Set<InstanceId> endedForGood() {
        return ended(action -> !isReplaced(action));
    }

    private Set<InstanceId> ended(Predicate<ScalingAction> which) {
        return actions.stream()
                .filter(PlanSheet::isEnd)
                .filter(which)
                .flatMap(action -> action.instance().stream())
                .collect(Collectors.toSet());
    }

    /** Of the instances that it ends among these, so many leave their place to another one; how many of them. */
    int replace(Stream<InstanceId> instances, int most) {
        Set<InstanceId> some = instances.collect(Collectors.toSet());
        int replaced = 0;
        for (int i = 0; i < actions.size() && replaced < most; i++) {
            if (actions.get(i) instanceof ScalingAction.Terminate end && some.contains(end.id())) {
                actions.set(i, end.withReplacement());
                replaced++;
            }
        }
        return replaced;
    }

    private static boolean isEnd(ScalingAction action) {
        return action instanceof ScalingAction.Terminate || action instanceof ScalingAction.Stop;
    }

    private static boolean isReplaced(ScalingAction action) {
        return action instanceof ScalingAction.Terminate end && end.replaced();
    }
}
