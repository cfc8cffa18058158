package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LocalInstance.State;
import flotilla.local.ScalingGroup.GroupTag;
import flotilla.local.ScalingGroup.Hook;
import flotilla.local.ScalingGroup.Member;
import flotilla.local.ScalingGroup.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Auto Scaling groups. Each is brought to its desired capacity at once when it is changed, and again after every {@link
 * #LOOK_EVERY}: it launches what is missing from its launch template, replaces members that died or were stopped, and ends its
 * oldest unprotected members when there are too many. Safe for several threads: every method holds the one lock; {@link
 * LocalInstances}, which has its own, is called under it and never calls back.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html">instance lifecycle</a>
 */
final class ScalingGroups implements AutoCloseable {
    /** On every instance that a group has launched. */
    static final String NAME_TAG = "aws:autoscaling:groupName";

    private static final Logger log = LoggerFactory.getLogger(ScalingGroups.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private final LocalInstances instances;
    private final LaunchTemplates templates;
    private final Faults faults;
    private final Clock clock;
    private final Map<String, ScalingGroup> groups = new LinkedHashMap<>();
    private boolean closed;

    ScalingGroups(
            LocalInstances instances,
            LaunchTemplates templates,
            Faults faults,
            ScheduledExecutorService timer,
            Clock clock) {
        this.instances = instances;
        this.templates = templates;
        this.faults = faults;
        this.clock = clock;
        timer.scheduleWithFixedDelay(this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A timer that has once thrown never fires again. */
    private void look() {
        try {
            reconcileAll();
        } catch (RuntimeException e) {
            log.error("Auto Scaling stand-in failed", e);
        }
    }

    /** All groups as they are now. */
    synchronized List<ScalingGroup> all() {
        reconcileAll();
        return List.copyOf(groups.values());
    }

    /** @throws Ec2Exception {@code AlreadyExists} */
    synchronized void create(Settings settings) {
        if (groups.containsKey(settings.name())) {
            throw new Ec2Exception(
                    "AlreadyExists",
                    "AutoScalingGroup by this name already exists - A group with the name " + settings.name()
                            + " already exists");
        }
        templates.require(settings.template());
        requireWithin(settings, settings.desired(), "DesiredCapacity");
        groups.put(settings.name(), new ScalingGroup(settings, clock.instant()));
        reconcile(settings.name());
    }

    /** Changes a group's settings; a desired capacity that was not given and that its new limits forbid is drawn to them. */
    synchronized void update(String name, UnaryOperator<Settings> change) {
        ScalingGroup group = require(name);
        Settings next = change.apply(group.settings());
        templates.require(next.template());
        if (next.desired() != group.settings().desired()) {
            requireWithin(next, next.desired(), "DesiredCapacity");
        }
        groups.put(name, group.with(next.desiring(Math.max(next.min(), Math.min(next.max(), next.desired())))));
        reconcile(name);
    }

    synchronized void setDesired(String name, int capacity) {
        ScalingGroup group = require(name);
        requireWithin(group.settings(), capacity, "SetDesiredCapacity");
        groups.put(name, group.with(group.settings().desiring(capacity)));
        reconcile(name);
    }

    private static void requireWithin(Settings settings, int capacity, String what) {
        if (capacity > settings.max()) {
            throw Ec2Exception.validation("New " + what + " value " + capacity + " is above max value " + settings.max()
                    + " for the AutoScalingGroup.");
        }
        if (capacity < settings.min()) {
            throw Ec2Exception.validation("New " + what + " value " + capacity + " is below min value " + settings.min()
                    + " for the AutoScalingGroup.");
        }
    }

    /**
     * Ends a member, protected or not.
     *
     * @param decrement whether the desired capacity falls by one; otherwise the member is replaced
     * @return its group's name
     */
    synchronized String terminate(InstanceId id, boolean decrement) {
        ScalingGroup group = groupOf(id);
        Settings settings = group.settings();
        if (decrement && settings.desired() <= settings.min()) {
            throw Ec2Exception.validation("Currently, desiredSize equals minSize (" + settings.min()
                    + "). Terminating instance without replacement will violate group's min size constraint. Either set "
                    + "shouldDecrementDesiredCapacity flag to false or lower group's min size.");
        }
        ScalingGroup next = decrement ? group.with(settings.desiring(settings.desired() - 1)) : group;
        groups.put(group.name(), end(next, group.members().get(id)));
        reconcile(group.name());
        return group.name();
    }

    /** Protects members from scale-in, or protects them no more. */
    synchronized void protect(String name, List<InstanceId> ids, boolean isProtected) {
        ScalingGroup group = require(name);
        for (InstanceId id : ids) {
            Member member = Optional.ofNullable(group.members().get(id)).orElseThrow(() -> unknown(id));
            if (!lifecycle(member).equals("InService")) {
                throw Ec2Exception.validation(
                        "The instance " + id + " is not in InService or EnteringStandby or Standby.");
            }
        }
        ScalingGroup next = group;
        for (InstanceId id : ids) {
            next = next.with(new Member(id, isProtected, false));
        }
        groups.put(name, next);
    }

    /** @param force ends its instances too; without it a group that has some is not deleted */
    synchronized void delete(String name, boolean force) {
        ScalingGroup group = require(name);
        if (!group.members().isEmpty() && !force) {
            throw new Ec2Exception(
                    "ResourceInUse",
                    "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
                            + "still in the group.");
        }
        group.listed().forEach(member -> letGo(group, member));
        groups.remove(name);
    }

    /** EC2 Auto Scaling's word for the state of a member. */
    String lifecycle(Member member) {
        State state = state(member);
        if (member.ending()) {
            return member.heldUntil().isPresent() ? "Terminating:Wait" : "Terminating";
        }
        return switch (state) {
            case PENDING -> "Pending";
            case RUNNING -> "InService";
            case SHUTTING_DOWN, TERMINATED, STOPPING, STOPPED -> "Terminating";
        };
    }

    private State state(Member member) {
        return instances.find(member.id()).map(LocalInstance::state).orElse(State.TERMINATED);
    }

    private ScalingGroup require(String name) {
        return Optional.ofNullable(groups.get(name))
                .orElseThrow(() -> Ec2Exception.validation(
                        "AutoScalingGroup name not found - AutoScalingGroup '" + name + "' not found"));
    }

    private ScalingGroup groupOf(InstanceId id) {
        return groups.values().stream()
                .filter(group -> group.members().containsKey(id))
                .findFirst()
                .orElseThrow(() -> unknown(id));
    }

    private static Ec2Exception unknown(InstanceId id) {
        return Ec2Exception.validation(
                "Instance Id not found - No managed instance found for instance ID: " + id.value());
    }

    private synchronized void reconcileAll() {
        List.copyOf(groups.keySet()).forEach(this::reconcile);
    }

    private void reconcile(String name) {
        ScalingGroup group = groups.get(name);
        if (closed) {
            return;
        }
        for (Member member : group.listed()) {
            group = switch (state(member)) {
                case TERMINATED -> group.without(member.id());
                case STOPPING, STOPPED -> end(group, member);
                case PENDING, RUNNING, SHUTTING_DOWN -> isOverdue(member) ? letGo(group, member) : group;
            };
        }
        List<Member> alive = group.listed().stream().filter(this::isAlive).toList();
        int surplus = alive.size() - group.settings().desired();
        List<Member> victims = alive.stream()
                .filter(member -> !member.isProtected())
                .limit(Math.max(0, surplus))
                .toList();
        for (Member victim : victims) {
            log.info("group={} scales in instance={}", name, victim.id());
            group = end(group, victim);
        }
        groups.put(name, surplus < 0 ? launch(group, -surplus) : group);
    }

    private boolean isAlive(Member member) {
        State state = state(member);
        return !member.ending() && (state == State.PENDING || state == State.RUNNING);
    }

    /** Members that its hooks wait for are terminated later. */
    private ScalingGroup end(ScalingGroup group, Member member) {
        if (member.ending()) {
            return group;
        }
        Optional<Duration> longest = group.hooks().stream().map(Hook::heartbeat).max(Comparator.naturalOrder());
        if (longest.isPresent() && isAlive(member)) {
            Instant until = clock.instant().plus(longest.get());
            log.info("group={} holds instance={} until {}", group.name(), member.id(), until);
            return group.with(new Member(member.id(), member.isProtected(), true, Optional.of(until)));
        }
        return letGo(group, member);
    }

    private boolean isOverdue(Member member) {
        return member.heldUntil()
                .filter(until -> !clock.instant().isBefore(until))
                .isPresent();
    }

    private ScalingGroup letGo(ScalingGroup group, Member member) {
        if (state(member) != State.TERMINATED) {
            instances.terminate(List.of(member.id()));
        }
        return group.with(new Member(member.id(), member.isProtected(), true));
    }

    /** Has a group hold the members that it terminates from now on. */
    synchronized void put(String name, Hook hook) {
        groups.put(name, require(name).with(hook));
    }

    /** Members that are held already stay so. */
    synchronized void deleteHook(String name, String hook) {
        groups.put(name, require(name).withoutHook(hook));
    }

    /** Lets a member go that is held. */
    synchronized void complete(String name, String hook, InstanceId id) {
        ScalingGroup group = require(name);
        Optional<Member> held = Optional.ofNullable(group.members().get(id))
                .filter(member -> member.heldUntil().isPresent());
        if (held.isEmpty() || group.hooks().stream().noneMatch(one -> one.name().equals(hook))) {
            throw Ec2Exception.validation("No active Lifecycle Action found with instance ID " + id.value());
        }
        log.info("group={} lets instance={} go", name, id);
        groups.put(name, letGo(group, held.get()));
        reconcile(name);
    }

    private ScalingGroup launch(ScalingGroup group, int count) {
        Settings settings = group.settings();
        LaunchSpec spec;
        SortedMap<String, String> tags;
        try {
            LaunchParameters parameters = templates.require(settings.template()).data();
            spec = parameters.spec(Optional.empty());
            tags = new TreeMap<>(parameters.tags());
        } catch (Ec2Exception e) {
            log.warn("group={} cannot launch: {} {}", group.name(), e.code(), e.getMessage());
            return group;
        }
        settings.tags().stream().filter(GroupTag::propagated).forEach(tag -> tags.put(tag.key(), tag.value()));
        tags.put(NAME_TAG, group.name());
        ScalingGroup next = group;
        for (int i = 0; i < count; i++) {
            Optional<String> fault = faults.nextLaunch(spec);
            if (fault.isPresent()) {
                log.info("group={} cannot launch: {}", group.name(), fault.get());
                return next;
            }
            InstanceId id = instances.launch(spec, tags, 1, Map.of()).get(0).id();
            log.info("group={} launched instance={}", group.name(), id);
            next = next.with(new Member(id, settings.newInstancesProtected(), false));
        }
        return next;
    }

    /** No group does anything any more. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
