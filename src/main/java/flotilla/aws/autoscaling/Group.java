package flotilla.aws.autoscaling;

import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet.Described;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingGroup;

/**
 * An Auto Scaling group as EC2 Auto Scaling describes it.
 *
 * @param desired its desired capacity
 */
record Group(String name, int min, int max, int desired, List<Member> members) {
    /**
     * A machine that the group has launched and not forgotten.
     *
     * @param lifecycle EC2 Auto Scaling's word, such as {@code Pending}, {@code InService} or {@code Terminating:Wait}
     * @param isLetGo whether our lifecycle hook waits for it no more
     * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html">lifecycle</a>
     */
    record Member(InstanceId id, String type, String lifecycle, boolean isProtected, boolean isLetGo) {
        /** Whether it fills one place of the desired capacity; one in standby does not, nor one that leaves. */
        boolean fillsAPlace() {
            return isPending() || lifecycle.equals("InService");
        }

        boolean isPending() {
            return lifecycle.startsWith("Pending");
        }

        /** Whether the group ends it already. */
        boolean isEnding() {
            return lifecycle.startsWith("Terminat");
        }

        /** Whether the group ends it, and waits for our word; for how long hooks of others hold it is no business of ours. */
        boolean isHeld() {
            return lifecycle.equals("Terminating:Wait") && !isLetGo;
        }

        /** Only a member in service can be protected, EC2 Auto Scaling refuses it for all others. */
        boolean needsProtection() {
            return lifecycle.equals("InService") && !isProtected;
        }

        /** What it is while EC2 does not describe it yet. */
        InstanceState state() {
            if (isPending()) {
                return InstanceState.PENDING;
            }
            return isEnding() ? whileEnding() : InstanceState.RUNNING;
        }

        private InstanceState whileEnding() {
            return isHeld() ? InstanceState.HELD : InstanceState.SHUTTING_DOWN;
        }
    }

    Group {
        members = List.copyOf(members);
    }

    /** @param letGo members that our lifecycle hook waits for no more */
    static Group of(AutoScalingGroup group, Set<InstanceId> letGo) {
        return new Group(
                group.autoScalingGroupName(),
                group.minSize(),
                group.maxSize(),
                group.desiredCapacity(),
                group.instances().stream()
                        .map(one -> new Member(
                                new InstanceId(one.instanceId()),
                                Optional.ofNullable(one.instanceType()).orElse(""),
                                one.lifecycleStateAsString(),
                                one.protectedFromScaleIn(),
                                letGo.contains(new InstanceId(one.instanceId()))))
                        .toList());
    }

    Optional<Member> member(InstanceId id) {
        return members.stream().filter(one -> one.id().equals(id)).findFirst();
    }

    /** Places of the desired capacity that are filled, by the group's own word. */
    int filled() {
        return (int) members.stream().filter(Member::fillsAPlace).count();
    }

    /** The members that EC2 does not describe. */
    List<Member> missingIn(List<Instance> described) {
        Set<InstanceId> known = described.stream().map(Instance::id).collect(Collectors.toSet());
        return members.stream().filter(one -> !known.contains(one.id())).toList();
    }

    /**
     * The group joined with EC2's word on its machines. A machine that the group ends is ending, or held, whatever EC2 says yet; a member
     * that EC2 does not describe counts all the same; ordered is what the desired capacity has beyond those that are alive.
     *
     * @param described the machines that the group has launched, by EC2's word
     * @param remembered what is known otherwise of a member that EC2 does not describe; its state is the group's word
     */
    Described joined(List<Instance> described, Function<Member, Instance> remembered) {
        Map<InstanceId, Member> byId = members.stream().collect(Collectors.toMap(Member::id, Function.identity()));
        List<Instance> all = new ArrayList<>();
        for (Instance one : described) {
            Optional<Member> ending = Optional.ofNullable(byId.get(one.id())).filter(Member::isEnding);
            all.add(
                    ending.isPresent() && one.state().isAlive()
                            ? one.in(ending.get().whileEnding())
                            : one);
        }
        for (Member one : missingIn(described)) {
            all.add(remembered.apply(one).in(one.state()));
        }
        Stream<Instance> filling = all.stream()
                .filter(one -> one.state().isAlive())
                .filter(one -> Optional.ofNullable(byId.get(one.id()))
                        .map(Member::fillsAPlace)
                        .orElse(true));
        return new Described(all, Math.max(0, desired - (int) filling.count()));
    }
}
