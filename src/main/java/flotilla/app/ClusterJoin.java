package flotilla.app;

import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.GatewayRegistry.Entry;
import flotilla.protocol.GatewayRegistry.Found;
import flotilla.protocol.GatewayRegistry.Phase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/**
 * Brings a gateway into the cluster: into that of its seed nodes, or, without any, by {@link MeetingRule} into one that the
 * registry tells of. Then it keeps the gateway's entry fresh, tells which gateways there are, and says when this one should leave
 * its cluster for another. When it fails it starts anew, from what the cluster is then.
 */
final class ClusterJoin extends AbstractBehavior<ClusterJoin.Command> {
    /** What it is told. */
    sealed interface Command permits Meet, Met, Probed {}

    private record Meet() implements Command {}

    private record Met(List<Found> others, Throwable failure) implements Command {}

    private record Probed(List<Entry> reachable, Throwable failure) implements Command {}

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    /** So many looks at whether it has joined, while Pekko goes on asking. */
    private static final int LOOKS_WHILE_JOINING = 10;

    /** An entry that was not written for so long is one of a gateway that is gone, or cut off. */
    private static final Duration FRESH = Duration.ofSeconds(30);
    /** Workers are told of a gateway for so long: what they are handed must not change while a launch may be repeated. */
    private static final Duration KNOWN_FOR = Duration.ofMinutes(10);

    private static final int CONNECT_WITHIN_MILLIS = 500;
    private static final int LOOKS_BEFORE_YIELDING = 3;
    private static final Duration ANEW_AFTER = Duration.ofSeconds(1);
    private static final Duration ANEW_AFTER_AT_MOST = Duration.ofSeconds(10);
    private static final double ANEW_SPREAD = 0.1;

    private final TimerScheduler<Command> timers;
    private final GatewayRegistry registry;
    private final List<String> seeds;
    private final Duration keepEvery;
    private final Consumer<List<String>> known;
    private final Runnable leave;
    private final Cluster cluster;
    private final Executor blocking;
    private final String node;
    private Entry self;
    private Set<String> members = Set.of();
    /** Gateways that take connections and yet let nobody join: frozen, or cut off by something in between. */
    private final Set<String> mute = new HashSet<>();

    private Set<String> asked = Set.of();
    private int looksJoining;
    private boolean away;
    private int looksApart;
    private boolean seededApart;

    /**
     * @param seeds gateways to join, each as Pekko's address; empty to ask the registry
     * @param keepEvery time between two looks at the registry, once it is in a cluster
     * @param known is told the addresses of all gateways of late, this one included, each {@code host:port}
     * @param leave is told once when this gateway should leave its cluster and join anew
     */
    static Behavior<Command> create(
            GatewayRegistry registry,
            List<String> seeds,
            Duration keepEvery,
            Consumer<List<String>> known,
            Runnable leave) {
        return Behaviors.supervise(Behaviors.<Command>setup(context -> Behaviors.withTimers(
                        timers -> new ClusterJoin(context, timers, registry, seeds, keepEvery, known, leave))))
                .onFailure(SupervisorStrategy.restartWithBackoff(ANEW_AFTER, ANEW_AFTER_AT_MOST, ANEW_SPREAD));
    }

    private ClusterJoin(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            GatewayRegistry registry,
            List<String> seeds,
            Duration keepEvery,
            Consumer<List<String>> known,
            Runnable leave) {
        super(context);
        this.timers = timers;
        this.registry = registry;
        this.seeds = seeds;
        this.keepEvery = keepEvery;
        this.known = known;
        this.leave = leave;
        this.cluster = Cluster.get(context.getSystem());
        this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
        this.node = hostPort(cluster.selfMember().address());
        this.self = new Entry(node, Phase.FOUNDING, "", 0);
        if (!seeds.isEmpty() && !isMember()) {
            join(seeds);
        }
        context.getSelf().tell(new Meet());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Meet.class, this::onMeet)
                .onMessage(Met.class, this::onMet)
                .onMessage(Probed.class, this::onProbed)
                .build();
    }

    private Behavior<Command> onMeet(Meet meet) {
        if (isMember()) {
            Set<String> now = gateways();
            if (!now.equals(members)) {
                getContext().getLog().info("gateways={} members={}", now.size(), now);
            }
            members = now;
            self = new Entry(node, Phase.MEMBER, oldest(), now.size());
        } else if (self.phase() == Phase.MEMBER) {
            return this; // It leaves, or was dropped.
        } else if (!seeds.isEmpty()) {
            return meetIn(LOOK_EVERY); // Its seeds decide which cluster is its own.
        } else if (looksJoining > 0) {
            looksJoining--;
            return meetIn(LOOK_EVERY);
        }
        getContext().pipeToSelf(registry.meet(self), Met::new);
        return this;
    }

    private Behavior<Command> onMet(Met met) {
        if (met.failure() != null) {
            return lookAgainAfter(met.failure());
        }
        away = false;
        known.accept(Stream.concat(
                        Stream.of(node),
                        met.others().stream()
                                .filter(one -> one.age().compareTo(KNOWN_FOR) <= 0)
                                .map(one -> one.entry().node()))
                .sorted()
                .distinct()
                .toList());
        List<Entry> fresh = met.others().stream()
                .filter(one -> one.age().compareTo(FRESH) <= 0)
                .map(Found::entry)
                .toList();
        getContext().pipeToSelf(reachable(fresh), Probed::new);
        return this;
    }

    private Behavior<Command> lookAgainAfter(Throwable failure) {
        if (!away) {
            getContext().getLog().warn("cannot look for other gateways: {}", failure.getMessage());
        }
        away = true;
        return meetIn(isMember() ? keepEvery : LOOK_EVERY);
    }

    private Behavior<Command> onProbed(Probed probed) {
        if (probed.failure() != null) {
            return lookAgainAfter(probed.failure());
        }
        if (isMember()) {
            return stayOrYield(probed.reachable());
        }
        mute.addAll(asked);
        asked = Set.of();
        MeetingRule.Step step = MeetingRule.outside(
                self,
                probed.reachable().stream()
                        .filter(one -> !mute.contains(one.node()))
                        .toList());
        if (step instanceof MeetingRule.Step.JoinOne others) {
            getContext().getLog().info("joining the gateways {}", others.nodes());
            asked = Set.copyOf(others.nodes());
            join(others.nodes().stream().map(this::pekkoAddress).toList());
            looksJoining = LOOKS_WHILE_JOINING;
            return meetIn(LOOK_EVERY);
        }
        if (step instanceof MeetingRule.Step.Found) {
            getContext().getLog().info("no other gateway in sight, starting a cluster");
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
            return meetIn(LOOK_EVERY);
        }
        Phase next = ((MeetingRule.Step.LookAs) step).phase();
        boolean atOnce = next == Phase.FOUNDING;
        self = new Entry(node, next, "", 0);
        return meetIn(atOnce ? Duration.ZERO : LOOK_EVERY);
    }

    /** Members may be on their way from one cluster to the other: only what stays so for some looks counts. */
    private Behavior<Command> stayOrYield(List<Entry> reachable) {
        List<Entry> joinable = seeds.isEmpty() ? reachable : MeetingRule.throughSeeds(seedNodes(), reachable);
        boolean apart = self.phase() == Phase.MEMBER && MeetingRule.yields(self, gateways(), joinable);
        tellIfSeededApart(reachable.stream()
                .filter(one -> !joinable.contains(one) && one.phase() == Phase.MEMBER)
                .filter(one -> !gateways().contains(one.node()))
                .toList());
        looksApart = apart ? looksApart + 1 : 0;
        if (looksApart == LOOKS_BEFORE_YIELDING) {
            getContext().getLog().warn("there is another cluster of ours with more say; leaving this one to join it");
            leave.run();
        }
        return meetIn(self.phase() == Phase.MEMBER ? keepEvery : Duration.ZERO);
    }

    private void tellIfSeededApart(List<Entry> others) {
        if (!others.isEmpty() && !seededApart) {
            getContext()
                    .getLog()
                    .warn(
                            "gateways {} form another cluster of ours, which flotilla.cluster.seed-nodes do not lead to; give all "
                                    + "gateways the same",
                            others.stream().map(Entry::node).toList());
        }
        seededApart = !others.isEmpty();
    }

    private Set<String> seedNodes() {
        return seeds.stream()
                .map(AddressFromURIString::parse)
                .map(ClusterJoin::hostPort)
                .collect(Collectors.toSet());
    }

    private Behavior<Command> meetIn(Duration delay) {
        timers.startSingleTimer(new Meet(), delay);
        return this;
    }

    private void join(List<String> addresses) {
        cluster.manager()
                .tell(new JoinSeedNodes(
                        addresses.stream().map(AddressFromURIString::parse).toList()));
    }

    private boolean isMember() {
        MemberStatus status = cluster.selfMember().status();
        return status.equals(MemberStatus.up()) || status.equals(MemberStatus.weaklyUp());
    }

    private List<Member> gatewayMembers() {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .filter(member -> member.hasRole(GatewayRole.ROLE))
                .toList();
    }

    private Set<String> gateways() {
        return gatewayMembers().stream()
                .map(member -> hostPort(member.address()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String oldest() {
        return gatewayMembers().stream()
                .reduce((one, other) -> one.isOlderThan(other) ? one : other)
                .map(member -> hostPort(member.address()))
                .orElse(node);
    }

    private CompletableFuture<List<Entry>> reachable(List<Entry> entries) {
        List<CompletableFuture<Boolean>> probes = entries.stream()
                .map(entry -> CompletableFuture.supplyAsync(() -> answers(entry.node()), blocking))
                .toList();
        return CompletableFuture.allOf(probes.toArray(CompletableFuture[]::new))
                .thenApply(all -> Stream.iterate(0, i -> i < entries.size(), i -> i + 1)
                        .filter(i -> probes.get(i).join())
                        .map(entries::get)
                        .toList());
    }

    private static boolean answers(String node) {
        int colon = node.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(node.substring(0, colon), Integer.parseInt(node.substring(colon + 1))),
                    CONNECT_WITHIN_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false; // Nobody answers under what is no address.
        }
    }

    private String pekkoAddress(String hostPort) {
        return "pekko://" + getContext().getSystem().name() + "@" + hostPort;
    }

    private static String hostPort(Address address) {
        return address.host().get() + ":" + address.port().get();
    }
}
