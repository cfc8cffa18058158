package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.drill.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways as processes, each behind a TCP proxy that all others reach it through and that can be cut, before an embedded cloud
 * whose instances never come to boot: so there is always something to launch, and the launches tell who acted.
 */
@Tag("alone")
class PartitionIT {
    private static final int MILLIS_BETWEEN_IMAGES = 1500;

    @TempDir
    private Path folder;

    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService uploads = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger images = new AtomicInteger();
    private FlotillaProcess cloud;

    private record Node(FlotillaProcess process, GatewayClient client, CutProxy proxy) {
        List<SupervisorLog.Line> decisions() {
            return SupervisorLog.of(process);
        }

        boolean actedSince(Instant time) {
            return decisions().stream()
                    .anyMatch(line -> line.acted() && line.at().isAfter(time));
        }

        boolean heldBackSince(Instant time) {
            return decisions().stream()
                    .anyMatch(line -> line.hasNoLease() && line.at().isAfter(time));
        }

        /** Gateways in its cluster, as it last said. */
        int membersAtTheEnd() {
            return process.err()
                    .lines()
                    .filter(line -> line.contains(" gateways="))
                    .reduce((earlier, later) -> later)
                    .map(line -> Integer.parseInt(line.replaceAll(".* gateways=(\\d+) .*", "$1")))
                    .orElse(0);
        }

        boolean says(String text) {
            return process.err().contains(text);
        }
    }

    private record Launch(Instant at, int node, String instance) {}

    @BeforeEach
    void startCloud() throws IOException {
        cloud = FlotillaProcess.start(
                folder,
                "cloud",
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "flotilla.classifier.kind=delay",
                "--set",
                "flotilla.local.boot-delay=1h");
        cloud.awaitLine("cloud ready");
    }

    @AfterEach
    void stop() throws IOException {
        uploads.shutdownNow();
        FlotillaProcess.closeAll(nodes.stream().map(Node::process).toList());
        for (Node node : nodes) {
            node.proxy().close();
        }
        cloud.close();
    }

    /** A place for a gateway in the cluster; the one with the lower port has more say where two are cut apart. */
    private record Place(int port, CutProxy proxy) {
        static List<Place> several(int count) throws IOException {
            List<Place> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int port = FreePort.next();
                all.add(new Place(port, CutProxy.before(port)));
            }
            all.sort(Comparator.comparing(place -> place.proxy().port()));
            return all;
        }
    }

    private Node start(Place place, String... settings) throws IOException {
        int port = place.port();
        int http = FreePort.next();
        CutProxy proxy = place.proxy();
        List<String> all = new ArrayList<>(List.of("gateway"));
        List<String> pairs = new ArrayList<>(List.of(
                "pekko.remote.artery.bind.hostname=127.0.0.1",
                "pekko.remote.artery.bind.port=" + port,
                "flotilla.cluster.port=" + proxy.port(),
                "flotilla.cluster.registry-interval=2s",
                "flotilla.http.port=" + http,
                "flotilla.aws.endpoints-file=" + folder.resolve("data/endpoints.json"),
                "flotilla.classifier.kind=delay",
                "flotilla.scaling.policy=message-count",
                "flotilla.scaling.max-instances=200",
                "flotilla.scaling.boot-allowance=1h",
                "flotilla.scaling.interval=1s",
                "flotilla.scaling.settle=2s"));
        pairs.addAll(List.of(settings));
        pairs.forEach(pair -> all.addAll(List.of("--set", pair)));
        FlotillaProcess process = FlotillaProcess.start(folder, all.toArray(String[]::new));
        Node node = new Node(process, new GatewayClient(process.awaitLine("ready ")), proxy);
        nodes.add(node);
        return node;
    }

    /** An image every now and then, at one gateway after the other, whether it takes it or not. */
    private void keepUploading() {
        uploads.scheduleWithFixedDelay(
                () -> {
                    int n = images.incrementAndGet();
                    try {
                        nodes.get(n % nodes.size())
                                .client()
                                .keyed("image-" + n + ".png", "key-" + n, GatewayClient.TINY_PNG, 0)
                                .orTimeout(2, TimeUnit.SECONDS)
                                .join();
                    } catch (CompletionException e) {
                        // That gateway is frozen, or starts anew.
                    }
                },
                0,
                MILLIS_BETWEEN_IMAGES,
                TimeUnit.MILLISECONDS);
    }

    private List<Launch> launches() {
        List<Launch> all = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            int node = i;
            nodes.get(i)
                    .decisions()
                    .forEach(line -> line.launched().forEach(id -> all.add(new Launch(line.at(), node, id))));
        }
        all.sort(Comparator.comparing(Launch::at));
        return all;
    }

    /** The nodes in the order in which they acted, each named once for each time that it took over. */
    private List<Integer> turns() {
        List<Integer> turns = new ArrayList<>();
        for (Launch launch : launches()) {
            if (turns.isEmpty() || turns.get(turns.size() - 1) != launch.node()) {
                turns.add(launch.node());
            }
        }
        return turns;
    }

    private void noMachineShouldBeLaunchedTwice() throws IOException {
        try (CloudClient ec2 = new CloudClient(folder.resolve("data"))) {
            List<String> ids = ec2.instances().stream()
                    .flatMap(instance -> instance.tags().stream())
                    .filter(tag -> tag.key().equals("flotilla:app-tier-id"))
                    .map(software.amazon.awssdk.services.ec2.model.Tag::value)
                    .toList();
            assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(5);
        }
        assertThat(launches()).extracting(Launch::instance).doesNotHaveDuplicates();
    }

    @Test
    void twoGatewaysCutApart_shouldNeverBothAct() throws Exception {
        List<Place> places = Place.several(2);
        String soon = "pekko.cluster.split-brain-resolver.stable-after=3s";
        Node one = start(places.get(0), soon);
        keepUploading();
        Eventually.until("the first acts", () -> one.actedSince(Instant.EPOCH));
        Node two = start(places.get(1), soon);
        Eventually.until("one cluster", () -> two.says("gateways=2 "));

        Instant cut = Instant.now();
        Stream.of(one, two).forEach(node -> node.proxy().cut(process -> true));

        Eventually.until("the second has a supervisor of its own, which holds", () -> two.heldBackSince(cut));
        Instant apart = Instant.now();
        Eventually.until("the first goes on", () -> one.actedSince(apart));
        assertThat(turns()).as("each still goes on as a cluster").containsExactly(0);

        FlotillaProcess.signal(one.process().handle(), "STOP");
        Instant frozen = Instant.now();
        Eventually.until("the second takes over", () -> two.actedSince(frozen));
        FlotillaProcess.signal(one.process().handle(), "CONT");
        Instant thawed = Instant.now();
        Eventually.until("the first finds that it has lost the lease", () -> one.heldBackSince(thawed));
        assertThat(one.actedSince(thawed)).isFalse();
        Eventually.until("the second goes on", () -> two.actedSince(thawed));
        assertThat(turns()).containsExactly(0, 1);

        Stream.of(one, two).forEach(node -> node.proxy().heal());
        Instant healed = Instant.now();
        Eventually.until(
                "one of them joins the other's cluster",
                () -> Stream.of(one, two).anyMatch(node -> node.says("leaving this one to join it")));
        Instant yielded = Instant.now();
        Eventually.until("one cluster again", () -> one.membersAtTheEnd() == 2 && two.membersAtTheEnd() == 2);
        Eventually.until("one acts in the end", () -> one.actedSince(yielded) || two.actedSince(yielded));
        assertThat(launches()).anyMatch(launch -> launch.at().isAfter(healed));
        List<Integer> turns = turns();
        assertThat(turns)
                .as("the first may have its turn again after the other has left")
                .startsWith(0, 1)
                .hasSizeLessThan(4);
        noMachineShouldBeLaunchedTwice();
    }

    @Test
    void gatewayCutOffFromTwo_shouldBeReplacedAndComeBack() throws Exception {
        assumeTrue(SocketOwner.isTold(), "needs Linux's /proc to tell whose connections are to be cut");
        List<Place> places = Place.several(3);
        Node one = start(places.get(0));
        keepUploading();
        Eventually.until("the first acts", () -> one.actedSince(Instant.EPOCH));
        Node two = start(places.get(1));
        Node three = start(places.get(2));
        Eventually.until("one cluster", () -> nodes.stream().allMatch(node -> node.says("gateways=3 ")));

        Instant cut = Instant.now();
        one.proxy().cut(process -> true);
        Stream.of(two, three)
                .forEach(node ->
                        node.proxy().cut(process -> process == one.process().pid()));

        Instant acting = Eventually.value(
                "one of the two acts",
                () -> Stream.of(two, three)
                        .flatMap(node -> node.decisions().stream())
                        .filter(line -> line.at().isAfter(cut) && !line.hasNoLease())
                        .map(SupervisorLog.Line::at)
                        .findFirst());
        MovedSupervisor.shouldHaveMoved("cut off", cut, acting);
        Eventually.until("it launches", () -> two.actedSince(cut) || three.actedSince(cut));
        Instant moved = Instant.now();
        Eventually.until("the first starts anew", () -> one.says("out of the cluster, joining anew"));

        nodes.forEach(node -> node.proxy().heal());

        Eventually.until("the first is back", () -> two.membersAtTheEnd() == 3 && one.membersAtTheEnd() == 3);
        Eventually.until("one acts in the end", () -> nodes.stream().anyMatch(node -> node.actedSince(moved)));
        assertThat(turns()).hasSize(2).startsWith(0);
        noMachineShouldBeLaunchedTwice();
    }
}
