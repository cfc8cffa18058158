package flotilla.aws.autoscaling;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.aws.autoscaling.Group.Member;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.InfrastructureException;
import flotilla.scaling.Instance;
import flotilla.supervisor.InstanceFleet;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;

/**
 * The machines of an Auto Scaling group, which launches them; whom to end is never left to it. Its desired capacity is only
 * raised; a machine is ended by name, and the desired capacity falls by one with it, unless the group is to replace it; and every
 * member in service is protected from scale-in, so that the group ends none even if somebody else lowers its desired capacity.
 *
 * <p>What EC2 itself has to say of the machines, and their tags, is the business of another {@link InstanceFleet} that is handed
 * in. Terminations and changes of the capacity are carried out one after the other, in the order of the calls.
 */
public final class AutoScalingFleet implements InstanceFleet, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AutoScalingFleet.class);
    /** Members that one call may protect. */
    private static final int PROTECTED_AT_ONCE = 50;
    /** A worker's process is taken for one of an earlier life if it seems older than its machine's last start. */
    private static final Duration BEFORE_IT_IS_SEEN = Duration.ofMinutes(1);

    private final AutoScalingAsyncClient client;
    private final InstanceFleet ec2;
    private final String name;
    private final Clock clock;
    private final LifecycleHooks hooks;
    /** The last word on each member. */
    private final Map<InstanceId, Instance> remembered = new ConcurrentHashMap<>();
    /** Members that our hook waits for no more; hooks of others may hold them for an hour yet. */
    private final Set<InstanceId> letGo = ConcurrentHashMap.newKeySet();

    private CompletionStage<?> turn = CompletableFuture.completedFuture(Done.getInstance());

    private AutoScalingFleet(AutoScalingAsyncClient client, InstanceFleet ec2, String name, String hook, Clock clock) {
        this.client = client;
        this.ec2 = ec2;
        this.name = name;
        this.clock = clock;
        this.hooks = new LifecycleHooks(client, name, hook);
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param ec2 describes the machines that the group has launched, in every state, and writes their tags; stays the caller's
     * @param name of the group
     * @param hook name of its lifecycle hook that is ours to complete
     */
    public static AutoScalingFleet connect(
            AwsClients clients, InstanceFleet ec2, String name, String hook, Clock clock) {
        return connect(clients, ec2, name, hook, clock, () -> {});
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param ec2 describes the machines that the group has launched, in every state, and writes their tags; stays the caller's
     * @param name of the group
     * @param hook name of its lifecycle hook that is ours to complete
     * @param beforeActs run before each request that does more than describe; what it throws fails the call
     */
    public static AutoScalingFleet connect(
            AwsClients clients, InstanceFleet ec2, String name, String hook, Clock clock, Runnable beforeActs) {
        return new AutoScalingFleet(GroupCalls.client(clients, beforeActs), ec2, name, hook, clock);
    }

    /** The machines of the group; those in service are protected from scale-in on the way. */
    @Override
    public CompletionStage<Described> describe() {
        return look(group -> protect(group));
    }

    /** The machines of the group; changes nothing. */
    public CompletionStage<Described> look() {
        return look(group -> CompletableFuture.completedFuture(Done.getInstance()));
    }

    private CompletionStage<Described> look(Function<Group, CompletionStage<Done>> first) {
        CompletionStage<List<Instance>> described = ec2.describe().thenApply(Described::instances);
        return group().thenCompose(group ->
                first.apply(group).thenCombine(described, (done, instances) -> joined(group, instances)));
    }

    private Described joined(Group group, List<Instance> described) {
        described.stream()
                .filter(one -> group.member(one.id()).isPresent())
                .forEach(one -> remembered.put(one.id(), one));
        List<InstanceId> members = group.members().stream().map(Member::id).toList();
        remembered.keySet().retainAll(members);
        letGo.retainAll(members);
        return group.joined(described, one -> remembered.computeIfAbsent(one.id(), first -> unknown(one)));
    }

    /** A member that EC2 has never described; it was launched before it was seen. */
    private Instance unknown(Member member) {
        return new Instance(
                member.id(), Optional.empty(), member.state(), clock.instant().minus(BEFORE_IT_IS_SEEN), member.type());
    }

    private CompletionStage<Group> group() {
        return GroupCalls.find(client, name).thenApply(described -> Group.of(described, letGo));
    }

    /** Never fails: that members are ended by name only does not depend on it. */
    private CompletionStage<Done> protect(Group group) {
        List<String> ids = group.members().stream()
                .filter(Member::needsProtection)
                .map(one -> one.id().value())
                .toList();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += PROTECTED_AT_ONCE) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + PROTECTED_AT_ONCE));
            calls.add(client.setInstanceProtection(request ->
                            request.autoScalingGroupName(name).instanceIds(some).protectedFromScaleIn(true))
                    .handle((response, failure) -> {
                        if (failure != null) {
                            log.warn(
                                    "{}",
                                    AwsErrors.wrap("Auto Scaling SetInstanceProtection of " + some, failure)
                                            .getMessage());
                        }
                        return Done.getInstance();
                    }));
        }
        return CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> Done.getInstance());
    }

    /**
     * Ends a member by name. One that is no member any more is ended through EC2, and of one that the group ends and holds our hook is
     * told once that it may go on: then it is ending, though hooks of others may still hold it. A desired capacity that somebody has
     * lowered below what there is does not fall further.
     */
    @Override
    public CompletionStage<Done> terminate(InstanceId id) {
        return end(id, false);
    }

    /** The same, but the desired capacity stays: the group launches another one, as it does when EC2 takes a member from it. */
    @Override
    public CompletionStage<Done> replace(InstanceId id) {
        return end(id, true);
    }

    private CompletionStage<Done> end(InstanceId id, boolean replaced) {
        return inTurn(() -> group().thenCompose(group -> {
            if (group.member(id).isEmpty()) {
                return ec2.terminate(id);
            }
            if (group.member(id).get().isHeld()) {
                return hooks.letGo(id).thenApply(done -> {
                    letGo.add(id);
                    return done;
                });
            }
            if (group.member(id).get().isEnding()) {
                return CompletableFuture.completedFuture(Done.getInstance());
            }
            boolean decrement = !replaced && group.desired() >= group.filled();
            if (decrement && group.desired() <= group.min()) {
                throw new InfrastructureException(
                        "Auto Scaling group " + name + " would fall below its MinSize " + group.min() + " without " + id
                                + "; lower MinSize, the minimum is flotilla.scaling.min-instances",
                        null);
            }
            return terminate(id, decrement);
        }));
    }

    private CompletionStage<Done> terminate(InstanceId id, boolean decrement) {
        return client.terminateInstanceInAutoScalingGroup(
                        request -> request.instanceId(id.value()).shouldDecrementDesiredCapacity(decrement))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling TerminateInstanceInAutoScalingGroup of " + id, failure);
                    }
                    return Done.getInstance();
                });
    }

    /** Beyond the group's MaxSize it is raised to that, and fails with {@link InfrastructureException} all the same. */
    @Override
    public CompletionStage<Done> setGroupCapacity(int capacity) {
        return inTurn(() -> group().thenCompose(group -> {
                    int possible = Math.min(capacity, group.max());
                    CompletionStage<Done> raised = possible > group.desired()
                            ? setDesiredCapacity(possible)
                            : CompletableFuture.completedFuture(Done.getInstance());
                    return raised.thenApply(done -> {
                        if (possible < capacity) {
                            throw new InfrastructureException(
                                    "Auto Scaling group " + name + " has MaxSize " + group.max() + ", and " + capacity
                                            + " are wanted; raise MaxSize, or lower flotilla.scaling.max-instances",
                                    null);
                        }
                        return done;
                    });
                }))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(launchFailed(failure)));
    }

    private CompletionStage<Done> setDesiredCapacity(int capacity) {
        return client.setDesiredCapacity(request -> request.autoScalingGroupName(name)
                        .desiredCapacity(capacity)
                        .honorCooldown(false))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling SetDesiredCapacity of " + name + " to " + capacity, failure);
                    }
                    return Done.getInstance();
                });
    }

    /** What EC2 Auto Scaling did not do; what it cannot do as it was set up is no reason to hold other launches back. */
    private static Throwable launchFailed(Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        if (cause.getCause() == null) {
            return cause;
        }
        boolean answered = cause.getCause() instanceof AwsServiceException;
        return new LaunchFailedException(
                cause.getMessage(), answered ? AwsErrors.code(cause.getCause()) : "", answered, cause);
    }

    private synchronized <T> CompletionStage<T> inTurn(Supplier<CompletionStage<T>> call) {
        CompletionStage<T> result = turn.handle((before, failure) -> call.get()).thenCompose(Function.identity());
        turn = result;
        return result;
    }

    @Override
    public CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId) {
        return ec2.assignId(id, appTierId);
    }

    @Override
    public CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
        throw new UnsupportedOperationException("the Auto Scaling group launches its members itself");
    }

    @Override
    public CompletionStage<Done> start(InstanceId id) {
        throw new UnsupportedOperationException("an Auto Scaling group has no stopped members");
    }

    @Override
    public CompletionStage<Done> stop(InstanceId id) {
        throw new UnsupportedOperationException("an Auto Scaling group has no stopped members");
    }

    @Override
    public void close() {
        client.close();
    }
}
