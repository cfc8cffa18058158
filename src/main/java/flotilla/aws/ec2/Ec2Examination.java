package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * Asks EC2 whether it would launch a worker, without launching one. A dry run tells what EC2 checks beforehand: permissions, and
 * that image, template, subnet, security groups, key and instance profile are there.
 */
public final class Ec2Examination implements AutoCloseable {
    private static final String WOULD_HAVE = "DryRunOperation";

    /**
     * What EC2 answered.
     *
     * @param place instance type and subnet, as far as they are chosen
     * @param refusal one line; empty when it would launch
     */
    public record Rehearsal(String place, Optional<String> refusal) {}

    private final Ec2AsyncClient client;
    private final Ec2Launch launch;
    private final FleetSettings fleet;
    private final Clock clock;

    private Ec2Examination(Ec2AsyncClient client, Ec2Launch launch, FleetSettings fleet, Clock clock) {
        this.client = client;
        this.launch = launch;
        this.fleet = fleet;
        this.clock = clock;
    }

    /** Makes the client; nothing is sent yet. */
    public static Ec2Examination connect(AwsClients clients, FleetSettings fleet, String cluster, Clock clock) {
        return new Ec2Examination(
                Ec2InstanceFleet.client(clients), Ec2Launch.of(clients.settings(), fleet, cluster), fleet, clock);
    }

    /** The state of a machine image, such as {@code available}; fails with the remedy when there is none of this id. */
    public CompletionStage<String> imageState(String id) {
        return Ec2Images.find(client, id).thenApply(Image::stateAsString);
    }

    /**
     * One for each place that a launch may be tried at, in the order of preference.
     *
     * @throws flotilla.config.SettingsException when neither a launch template nor an image is given
     */
    public CompletionStage<List<Rehearsal>> rehearse() {
        launch.requireSomething();
        List<CompletableFuture<Rehearsal>> all = new LaunchPlaces(launch.types(), fleet.subnetIds(), clock)
                .inOrder().stream()
                        .map(place -> rehearse(place).toCompletableFuture())
                        .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> all.stream().map(CompletableFuture::join).collect(Collectors.toList()));
    }

    private CompletionStage<Rehearsal> rehearse(LaunchPlaces.Place place) {
        RunInstancesRequest request = launch.request(new AppTierId(1), place, "# dry run")
                .dryRun(true)
                .build();
        return client.runInstances(request)
                .handle((answer, failure) -> new Rehearsal(
                        place.toString(),
                        failure == null || AwsErrors.code(failure).equals(WOULD_HAVE)
                                ? Optional.empty()
                                : Optional.of(AwsErrors.wrap("EC2 RunInstances (dry run)", failure)
                                        .getMessage())));
    }

    @Override
    public void close() {
        client.close();
    }
}
