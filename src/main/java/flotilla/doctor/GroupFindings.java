package flotilla.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What of an Auto Scaling group keeps a supervisor from driving it as the settings say. A pure function. */
public final class GroupFindings {
    /**
     * How a group is set up.
     *
     * @param protectsNew whether new members are protected from scale-in from their first moment
     * @param hooks the names of its lifecycle hooks for terminations; empty when they could not be seen
     */
    public record Group(String name, int min, int max, boolean protectsNew, Optional<List<String>> hooks) {
        public Group {
            hooks = hooks.map(List::copyOf);
        }
    }

    /**
     * What the settings say.
     *
     * @param hook the name of the lifecycle hook that holds a member until its worker is drained
     */
    public record Needs(int minInstances, int maxInstances, String hook) {}

    private GroupFindings() {}

    /** A warning for each thing that is not as it should be. */
    public static List<Finding> of(Group group, Needs needs) {
        String check = check(group.name());
        List<Finding> findings = new ArrayList<>();
        if (group.min() > needs.minInstances()) {
            findings.add(Finding.warning(
                    check,
                    "MinSize is " + group.min() + ", and scaling.min-instances " + needs.minInstances()
                            + ": a worker is not ended where fewer than MinSize would be left",
                    "lower MinSize; the minimum is flotilla.scaling.min-instances"));
        }
        if (group.max() < needs.maxInstances()) {
            findings.add(Finding.warning(
                    check,
                    "MaxSize is " + group.max() + ", and scaling.max-instances " + needs.maxInstances()
                            + ": there are never more workers than MaxSize",
                    "raise MaxSize, or lower flotilla.scaling.max-instances"));
        }
        if (!group.protectsNew()) {
            findings.add(Finding.warning(
                    check,
                    "new members are not protected from scale-in, so the group may end one before the supervisor sees it",
                    "set NewInstancesProtectedFromScaleIn (aws autoscaling update-auto-scaling-group "
                            + "--new-instances-protected-from-scale-in)"));
        }
        if (group.hooks().isEmpty()) {
            findings.add(Finding.warning(
                    check,
                    "these credentials may not see its lifecycle hooks",
                    "allow autoscaling:DescribeLifecycleHooks; a gateway needs it where there is a hook"));
        }
        List<String> hooks = group.hooks().orElse(List.of(needs.hook()));
        if (!hooks.contains(needs.hook())) {
            findings.add(
                    Finding.warning(
                            check,
                            "no lifecycle hook for terminations is called " + needs.hook()
                                    + (hooks.isEmpty() ? "" : ", but " + String.join(", ", hooks))
                                    + ": a member that the group ends dies at work",
                            "make one for autoscaling:EC2_INSTANCE_TERMINATING, or name it with flotilla.fleet.lifecycle-hook"));
        }
        return findings.isEmpty()
                ? List.of(Finding.ok(
                        check, "MinSize " + group.min() + ", MaxSize " + group.max() + ", hook " + needs.hook()))
                : List.copyOf(findings);
    }

    /** These credentials may not look; whether the gateways' role may is not known. */
    public static Finding notSeen(String name, String permissions) {
        return Finding.warning(
                check(name),
                "it could not be looked at: these credentials lack " + permissions,
                "run doctor with an operator's credentials, or grant it (docs/aws.md); a gateway needs it to scale");
    }

    /** What a check of this group is called. */
    public static String check(String name) {
        return "Auto Scaling group " + name;
    }
}
