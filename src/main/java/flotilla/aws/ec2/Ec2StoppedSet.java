package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import flotilla.protocol.InfrastructureException;
import flotilla.scaling.InstanceState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.waiters.Ec2AsyncWaiter;

/**
 * The set of stopped instances of fleet mode {@code start-stop}, one for each app-tier id. EC2 stops only what runs: a member is
 * launched and, when it runs, stopped. Until then it has the tag {@code flotilla:set = new}, by which the next run knows one
 * that an interrupted run has left in its first life from one that a supervisor has started for work. A supervisor does not
 * take the tag off: one that was started again is not in its first life ({@link FirstLife}). Every call may be repeated.
 */
public final class Ec2StoppedSet implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ec2StoppedSet.class);
    private static final int LOOKS = 300;
    /** The longest client token that EC2 takes. */
    private static final int LONGEST_TOKEN = 64;

    /**
     * What each member is given.
     *
     * @param userData plain text, HOCON
     * @param gateways those that the user data names, each {@code host:port}
     * @param tags besides those of every worker's
     */
    public record Outfit(String userData, List<String> gateways, Map<String, String> tags) {
        public Outfit {
            gateways = List.copyOf(gateways);
            tags = Map.copyOf(tags);
        }
    }

    /**
     * One that is to lose its mark.
     *
     * @param stays whether it is stopped already, or about to be, or at work
     */
    private record Member(String id, boolean stays) {
        static Member launched(flotilla.scaling.Instance one) {
            return new Member(one.id().value(), isStopped(one.state()));
        }

        static Member left(Instance one) {
            return new Member(one.instanceId(), isStopped(stateOf(one)) || !FirstLife.isOf(one));
        }

        private static boolean isStopped(InstanceState state) {
            return state == InstanceState.STOPPED || state == InstanceState.STOPPING;
        }
    }

    /**
     * What came of launches, of which the first failure is the last.
     *
     * @param members that were launched
     */
    private record Launched(List<Member> members, Optional<Throwable> failure) {}

    private final Ec2AsyncClient client;
    private final Ec2AsyncWaiter waiter;
    private final Ec2ClusterInstances instances;
    private final FleetSettings fleet;
    private final String cluster;
    private final Ec2Launch launch;
    private final Clock clock;

    private Ec2StoppedSet(Ec2AsyncClient client, FleetSettings fleet, String cluster, Ec2Launch launch, Clock clock) {
        this.client = client;
        this.waiter = Ec2ClusterInstances.waiter(client, LOOKS);
        this.instances = new Ec2ClusterInstances(client, cluster);
        this.fleet = fleet;
        this.cluster = cluster;
        this.launch = launch;
        this.clock = clock;
    }

    /** Makes the client; nothing is sent yet. */
    public static Ec2StoppedSet connect(AwsClients clients, FleetSettings fleet, String cluster, Clock clock) {
        return new Ec2StoppedSet(
                Ec2InstanceFleet.client(clients),
                fleet,
                cluster,
                Ec2Launch.of(clients.settings(), fleet, cluster),
                clock);
    }

    /**
     * Sees to one stopped instance for each app-tier id from 1 to {@code size} that no living instance has, and stops those
     * that an earlier run has left running, unless they were started again since. That takes a boot. Members are launched one
     * after the other: the first failure ends it, and those that were launched before are stopped nevertheless.
     */
    public CompletionStage<Done> fill(int size, Outfit outfit) {
        return members().thenCompose(members -> {
            Ec2Launch ofTheSet = launch.requireSomething().stopped(tags(outfit));
            List<Member> left = members.stream()
                    .filter(Ec2StoppedSet::isUnfinished)
                    .map(Member::left)
                    .toList();
            return launchAll(ofTheSet, missing(size, members), outfit.userData())
                    .thenCompose(launched -> finish(Stream.concat(left.stream(), launched.members().stream())
                                    .toList())
                            .handle((done, failure) -> outcome(launched, failure)));
        });
    }

    private static List<Tag> tags(Outfit outfit) {
        List<Tag> tags = new ArrayList<>();
        tags.add(Ec2Tags.tag(Ec2Tags.SET, Ec2Tags.NEW));
        tags.add(Ec2Tags.gateways(outfit.gateways()));
        outfit.tags().forEach((key, value) -> tags.add(Ec2Tags.tag(key, value)));
        return tags;
    }

    private static List<AppTierId> missing(int size, List<Instance> members) {
        Set<AppTierId> taken = members.stream()
                .flatMap(one -> Ec2Tags.toOwn(one).appTierId().stream())
                .collect(Collectors.toSet());
        return IntStream.rangeClosed(1, size)
                .mapToObj(AppTierId::new)
                .filter(id -> !taken.contains(id))
                .toList();
    }

    private CompletionStage<Launched> launchAll(Ec2Launch ofTheSet, List<AppTierId> ids, String userData) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(new Launched(List.of(), Optional.empty()));
        }
        CompletionStage<Ec2Launch> encrypted = ofTheSet.imageAlone()
                .map(image -> Ec2Images.find(client, image).thenApply(ofTheSet::encrypted))
                .orElseGet(() -> CompletableFuture.completedFuture(ofTheSet));
        return encrypted
                .thenApply(each ->
                        new Ec2Launcher(client, each, new LaunchPlaces(each.types(), fleet.subnetIds(), clock), clock))
                .<CompletionStage<Launched>>handle((launcher, failure) -> failure == null
                        ? launchEach(launcher, ids.iterator(), userData, List.of())
                        : CompletableFuture.completedFuture(
                                new Launched(List.of(), Optional.of(AwsErrors.unwrap(failure)))))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Launched> launchEach(
            Ec2Launcher launcher, Iterator<AppTierId> ids, String userData, List<Member> before) {
        if (!ids.hasNext()) {
            return CompletableFuture.completedFuture(new Launched(before, Optional.empty()));
        }
        AppTierId id = ids.next();
        return launcher.launch(id, token(id), userData)
                .<CompletionStage<Launched>>handle((one, failure) -> {
                    if (failure != null) {
                        return CompletableFuture.completedFuture(
                                new Launched(before, Optional.of(AwsErrors.unwrap(failure))));
                    }
                    List<Member> all = new ArrayList<>(before);
                    all.add(Member.launched(one));
                    return launchEach(launcher, ids, userData, all);
                })
                .thenCompose(Function.identity());
    }

    /** Another one at each call: what exists is found by its tags, and a set may be made anew within a token's life. */
    private String token(AppTierId id) {
        String token = "set-" + id + "-" + clock.millis() + "-" + cluster;
        return token.substring(0, Math.min(LONGEST_TOKEN, token.length()));
    }

    /** Stops those that do not stay as they are, and takes the mark from all. */
    private CompletionStage<Done> finish(List<Member> members) {
        List<String> running =
                members.stream().filter(one -> !one.stays()).map(Member::id).toList();
        List<String> staying =
                members.stream().filter(Member::stays).map(Member::id).toList();
        return stop(running).thenCompose(done -> mark(staying));
    }

    /** Where one of them ends instead, the others are stopped nevertheless. */
    private CompletionStage<Done> stop(List<String> ids) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        return waiter.waitUntilInstanceRunning(request -> request.instanceIds(ids))
                .<CompletionStage<Done>>handle((running, failure) -> failure == null
                        ? stopNow(ids)
                        : runningOf(ids).thenCompose(this::stopNow).<Done>thenApply(stopped -> {
                            throw AwsErrors.wrap("EC2 first boot of the new instances " + ids, failure);
                        }))
                .thenCompose(Function.identity());
    }

    private CompletionStage<List<String>> runningOf(Collection<String> ids) {
        return members()
                .thenApply(members -> members.stream()
                        .filter(one -> ids.contains(one.instanceId()))
                        .filter(one -> stateOf(one) == InstanceState.RUNNING)
                        .map(Instance::instanceId)
                        .toList());
    }

    private CompletionStage<Done> stopNow(List<String> ids) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        return said("StopInstances of the new instances " + ids, client.stopInstances(r -> r.instanceIds(ids)))
                .thenCompose(stopping -> mark(ids));
    }

    private CompletionStage<Done> mark(List<String> ids) {
        return ids.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : tag(ids, Ec2Tags.tag(Ec2Tags.SET, Ec2Tags.READY));
    }

    private static Done outcome(Launched launched, Throwable stopping) {
        if (launched.failure().isPresent()) {
            Throwable first = launched.failure().get();
            throw new InfrastructureException(
                    first.getMessage() + "; of the set "
                            + launched.members().size() + " were launched before, and "
                            + (stopping == null
                                    ? "are stopped"
                                    : "could not be stopped: "
                                            + AwsErrors.unwrap(stopping).getMessage()),
                    first);
        }
        if (stopping != null) {
            throw AwsErrors.wrap("EC2 StopInstances of the set", stopping);
        }
        return Done.getInstance();
    }

    /**
     * Gives those that know other gateways the user data of now. EC2 takes it of stopped instances only: those that are about
     * to be stopped are waited for, and those that run keep theirs, for the next run.
     */
    public CompletionStage<Done> update(Outfit outfit) {
        return members().thenCompose(members -> {
            Map<InstanceState, List<String>> outdated = members.stream()
                    .filter(one -> isOutdated(one, outfit.gateways()))
                    .collect(Collectors.groupingBy(
                            Ec2StoppedSet::stateOf, Collectors.mapping(Instance::instanceId, Collectors.toList())));
            List<String> stopping = outdated.getOrDefault(InstanceState.STOPPING, List.of());
            List<String> stopped = outdated.getOrDefault(InstanceState.STOPPED, List.of());
            outdated.keySet().removeAll(Set.of(InstanceState.STOPPING, InstanceState.STOPPED));
            CompletionStage<Done> all = giveAll(stopped, outfit)
                    .thenCompose(done -> stopped(stopping))
                    .thenCompose(done -> giveAll(stopping, outfit));
            return all.thenApply(done -> {
                if (!outdated.isEmpty()) {
                    log.warn(
                            "members of the set are not stopped, and keep the address of an earlier gateway in their user data; "
                                    + "run it again when they are: {}",
                            outdated.values());
                }
                return done;
            });
        });
    }

    private CompletionStage<Done> stopped(List<String> ids) {
        return ids.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : said(
                                "end of the stop of " + ids,
                                waiter.waitUntilInstanceStopped(request -> request.instanceIds(ids)))
                        .thenApply(stopped -> Done.getInstance());
    }

    private CompletionStage<Done> giveAll(List<String> ids, Outfit outfit) {
        CompletionStage<Done> all = CompletableFuture.completedFuture(Done.getInstance());
        for (String id : ids) {
            all = all.thenCompose(before -> give(id, outfit));
        }
        return all;
    }

    /** The tag comes last: without it the next run does it again. */
    private CompletionStage<Done> give(String id, Outfit outfit) {
        return said(
                        "ModifyInstanceAttribute of " + id,
                        client.modifyInstanceAttribute(request -> request.instanceId(id)
                                .userData(data -> data.value(SdkBytes.fromUtf8String(outfit.userData())))))
                .thenCompose(given -> tag(List.of(id), Ec2Tags.gateways(outfit.gateways())));
    }

    private CompletionStage<Done> tag(List<String> ids, Tag tag) {
        return said(
                        "CreateTags of " + ids,
                        client.createTags(request -> request.resources(ids).tags(tag)))
                .thenApply(tagged -> Done.getInstance());
    }

    /** Whether it was launched by a run that did not come to stop it. */
    static boolean isUnfinished(Instance member) {
        return member.tags().contains(Ec2Tags.tag(Ec2Tags.SET, Ec2Tags.NEW));
    }

    /** Whether its user data names other gateways, or nobody knows which. */
    static boolean isOutdated(Instance member, List<String> gateways) {
        return !member.tags().contains(Ec2Tags.gateways(gateways));
    }

    private static InstanceState stateOf(Instance member) {
        return Ec2Tags.toOwn(member).state();
    }

    private CompletionStage<List<Instance>> members() {
        return instances
                .describe()
                .thenApply(all -> all.stream().filter(Ec2Tags::isWorkers).toList());
    }

    private static <T> CompletionStage<T> said(String operation, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            throw AwsErrors.wrap("EC2 " + operation, failure);
        });
    }

    @Override
    public void close() {
        waiter.close();
        client.close();
    }
}
