package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.config.SettingsException;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.supervisor.InstanceFleet;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * The machines of our cluster on EC2: those whose tag {@code flotilla:cluster} is our cluster's name; in mode {@code
 * auto-scaling-group} those that the group has launched, by the tag that EC2 Auto Scaling puts on them. A machine whose tag
 * {@code flotilla:role} is another than {@code worker} is none of them.
 */
public final class Ec2InstanceFleet implements InstanceFleet, AutoCloseable {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final int PAGE_SIZE = 1000;

    private final Ec2AsyncClient client;
    private final String cluster;
    private final Filter ours;
    private final Ec2Launcher launcher;

    private Ec2InstanceFleet(Ec2AsyncClient client, String cluster, Filter ours, Ec2Launcher launcher) {
        this.client = client;
        this.cluster = cluster;
        this.ours = ours;
        this.launcher = launcher;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param cluster the value of the tag {@code flotilla:cluster}
     * @param clock tells for how long a place without capacity is avoided
     * @throws SettingsException when it may launch and does not know what
     */
    public static Ec2InstanceFleet connect(AwsClients clients, FleetSettings fleet, String cluster, Clock clock) {
        return connect(clients, fleet, cluster, clock, () -> {});
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param cluster the value of the tag {@code flotilla:cluster}
     * @param clock tells for how long a place without capacity is avoided
     * @param beforeActs run before each request that does more than describe; what it throws fails the call
     * @throws SettingsException when it may launch and does not know what
     */
    public static Ec2InstanceFleet connect(
            AwsClients clients, FleetSettings fleet, String cluster, Clock clock, Runnable beforeActs) {
        Ec2Launch launch = Ec2Launch.of(clients.settings(), fleet, cluster);
        if (fleet.mode() == FleetSettings.Mode.LAUNCH) {
            launch.requireSomething();
        }
        Ec2AsyncClient client = client(clients, beforeActs);
        return new Ec2InstanceFleet(
                client,
                cluster,
                ours(fleet, cluster),
                new Ec2Launcher(client, launch, new LaunchPlaces(launch.types(), fleet.subnetIds(), clock), clock));
    }

    static Ec2AsyncClient client(AwsClients clients) {
        return client(clients, () -> {});
    }

    private static Ec2AsyncClient client(AwsClients clients, Runnable beforeActs) {
        return clients.client(
                Ec2AsyncClient.builder(), clients.settings().ec2(), ATTEMPT_TIMEOUT, CALL_TIMEOUT, beforeActs);
    }

    private static Filter ours(FleetSettings fleet, String cluster) {
        return fleet.mode() == FleetSettings.Mode.AUTO_SCALING_GROUP
                ? filter(Ec2Tags.GROUP, fleet.autoScalingGroup().orElseThrow())
                : filter(Ec2Tags.CLUSTER, cluster);
    }

    private static Filter filter(String tag, String value) {
        return Filter.builder().name("tag:" + tag).values(value).build();
    }

    @Override
    public CompletionStage<Described> describe() {
        Queue<Instance> found = new ConcurrentLinkedQueue<>();
        return client.describeInstancesPaginator(
                        request -> request.maxResults(PAGE_SIZE).filters(ours))
                .reservations()
                .subscribe(reservation -> reservation.instances().stream()
                        .filter(Ec2Tags::isWorkers)
                        .map(Ec2Tags::toOwn)
                        .forEach(found::add))
                .handle((done, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 DescribeInstances of cluster " + cluster, failure);
                    }
                    return new Described(List.copyOf(found), 0);
                });
    }

    @Override
    public CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
        return launcher.launch(id, clientToken, userData);
    }

    @Override
    public CompletionStage<Done> terminate(InstanceId id) {
        return client.terminateInstances(request -> request.instanceIds(id.value()))
                .handle((response, failure) -> {
                    if (failure != null && !AwsErrors.code(failure).equals("InvalidInstanceID.NotFound")) {
                        throw AwsErrors.wrap("EC2 TerminateInstances of " + id, failure);
                    }
                    return Done.getInstance();
                });
    }

    @Override
    public CompletionStage<Done> start(InstanceId id) {
        return client.startInstances(request -> request.instanceIds(id.value())).handle((response, failure) -> {
            if (failure != null) {
                throw new LaunchFailedException(
                        AwsErrors.wrap("EC2 StartInstances of " + id, failure).getMessage(),
                        AwsErrors.code(failure),
                        Ec2Launch.outcomeKnown(failure),
                        AwsErrors.unwrap(failure));
            }
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Done> stop(InstanceId id) {
        return client.stopInstances(request -> request.instanceIds(id.value())).handle((response, failure) -> {
            if (failure != null && !AwsErrors.code(failure).equals("InvalidInstanceID.NotFound")) {
                throw AwsErrors.wrap("EC2 StopInstances of " + id, failure);
            }
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId) {
        return client.createTags(request -> request.resources(id.value()).tags(Ec2Tags.of(cluster, appTierId)))
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 CreateTags of " + id, failure);
                    }
                    return Done.getInstance();
                });
    }

    @Override
    public CompletionStage<Done> setGroupCapacity(int capacity) {
        throw new UnsupportedOperationException("only an Auto Scaling group has a capacity to set");
    }

    @Override
    public void close() {
        client.close();
    }
}
