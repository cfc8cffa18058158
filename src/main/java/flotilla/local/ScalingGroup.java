package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LaunchTemplates.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An Auto Scaling group at one moment.
 *
 * @param members instances that the group still counts or ends, in the order of their launches
 * @param hooks lifecycle hooks for terminations
 */
record ScalingGroup(Settings settings, Instant createdAt, Map<InstanceId, Member> members, List<Hook> hooks) {
    /**
     * What a client has asked for.
     *
     * @param newInstancesProtected whether instances are protected from scale-in from their launch on
     */
    record Settings(
            String name,
            Reference template,
            int min,
            int max,
            int desired,
            boolean newInstancesProtected,
            List<String> zones,
            Optional<String> subnets,
            List<GroupTag> tags) {
        Settings {
            zones = List.copyOf(zones);
            tags = List.copyOf(tags);
            if (min < 0 || max < min) {
                throw Ec2Exception.validation(
                        "Max bound, " + max + ", must be greater than or equal to min bound, " + min);
            }
        }

        /** The same with another desired capacity, which the caller has checked. */
        Settings desiring(int capacity) {
            return new Settings(name, template, min, max, capacity, newInstancesProtected, zones, subnets, tags);
        }
    }

    /** A tag of the group. */
    record GroupTag(String key, String value, boolean propagated) {}

    /**
     * @param ending whether the group has terminated it, or will
     * @param heldUntil when it is terminated if nobody says so before; empty when it is not held by a lifecycle hook
     */
    record Member(InstanceId id, boolean isProtected, boolean ending, Optional<Instant> heldUntil) {
        /** One that is not held. */
        Member(InstanceId id, boolean isProtected, boolean ending) {
            this(id, isProtected, ending, Optional.empty());
        }
    }

    /**
     * Holds members that are to be terminated.
     *
     * @param heartbeat for how long, unless somebody says before that it may go on
     */
    record Hook(String name, Duration heartbeat) {}

    ScalingGroup {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        hooks = List.copyOf(hooks);
    }

    ScalingGroup(Settings settings, Instant createdAt) {
        this(settings, createdAt, Map.of(), List.of());
    }

    String name() {
        return settings.name();
    }

    List<Member> listed() {
        return new ArrayList<>(members.values());
    }

    ScalingGroup with(Settings other) {
        return new ScalingGroup(other, createdAt, members, hooks);
    }

    ScalingGroup with(Member member) {
        Map<InstanceId, Member> next = new LinkedHashMap<>(members);
        next.put(member.id(), member);
        return new ScalingGroup(settings, createdAt, next, hooks);
    }

    ScalingGroup without(InstanceId member) {
        Map<InstanceId, Member> next = new LinkedHashMap<>(members);
        next.remove(member);
        return new ScalingGroup(settings, createdAt, next, hooks);
    }

    /** The same with a hook more, or with another one of its name. */
    ScalingGroup with(Hook hook) {
        ScalingGroup others = withoutHook(hook.name());
        List<Hook> next = new ArrayList<>(others.hooks());
        next.add(hook);
        return new ScalingGroup(settings, createdAt, members, next);
    }

    ScalingGroup withoutHook(String hook) {
        return new ScalingGroup(
                settings,
                createdAt,
                members,
                hooks.stream().filter(one -> !one.name().equals(hook)).toList());
    }
}
