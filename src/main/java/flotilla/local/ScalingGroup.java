package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LaunchTemplates.Reference;
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
 */
record ScalingGroup(Settings settings, Instant createdAt, Map<InstanceId, Member> members) {
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
     * @param ending whether the group has terminated it
     */
    record Member(InstanceId id, boolean isProtected, boolean ending) {}

    ScalingGroup {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    String name() {
        return settings.name();
    }

    List<Member> listed() {
        return new ArrayList<>(members.values());
    }

    ScalingGroup with(Settings other) {
        return new ScalingGroup(other, createdAt, members);
    }

    ScalingGroup with(Member member) {
        Map<InstanceId, Member> next = new LinkedHashMap<>(members);
        next.put(member.id(), member);
        return new ScalingGroup(settings, createdAt, next);
    }

    ScalingGroup without(InstanceId member) {
        Map<InstanceId, Member> next = new LinkedHashMap<>(members);
        next.remove(member);
        return new ScalingGroup(settings, createdAt, next);
    }
}
