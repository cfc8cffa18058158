package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.ProvisionSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import flotilla.scaling.InstanceState;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.HttpTokensState;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataEndpointState;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ShutdownBehavior;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.VolumeType;
import software.amazon.awssdk.services.ec2.waiters.Ec2AsyncWaiter;

/**
 * Sees, makes and removes the instance of a gateway. Its tag {@code flotilla:role} keeps the supervisor from taking it for a
 * worker. One that is there is never changed: its user data ran at its first boot.
 */
public final class Ec2GatewayProvision implements Provider, AutoCloseable {
    private static final int LOOKS = 30;
    /** A machine has some minutes to shut down. */
    private static final int LOOKS_FOR_ITS_END = 300;
    /** The longest client token that EC2 takes. */
    private static final int LONGEST_TOKEN = 64;

    private final Ec2AsyncClient client;
    private final Ec2AsyncWaiter waiter;
    private final Ec2ClusterInstances instances;
    private final ProvisionSettings.Gateway gateway;
    private final Optional<String> keyName;
    private final String cluster;
    private final Supplier<String> userData;
    private final Clock clock;

    private Ec2GatewayProvision(
            Ec2AsyncClient client,
            ProvisionSettings.Gateway gateway,
            Optional<String> keyName,
            String cluster,
            Supplier<String> userData,
            Clock clock) {
        this.client = client;
        this.waiter = Ec2ClusterInstances.waiter(client, LOOKS);
        this.instances = new Ec2ClusterInstances(client, cluster);
        this.gateway = gateway;
        this.keyName = keyName;
        this.cluster = cluster;
        this.userData = userData;
        this.clock = clock;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param userData plain text, a script; asked for when the instance is made
     */
    public static Ec2GatewayProvision connect(
            AwsClients clients,
            ProvisionSettings.Gateway gateway,
            Optional<String> keyName,
            String cluster,
            Supplier<String> userData,
            Clock clock) {
        return new Ec2GatewayProvision(Ec2InstanceFleet.client(clients), gateway, keyName, cluster, userData, clock);
    }

    /** One that is on its way out is told with {@link Attributes#ENDING}, and only where there is no other. */
    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return gateways(thing.name())
                .thenApply(found -> found.stream()
                        .min(Comparator.comparing(Ec2GatewayProvision::isEnding))
                        .<Seen>map(one -> Seen.Present.of(cluster, attributes(one)))
                        .orElseGet(Seen.Missing::new));
    }

    private static Map<String, String> attributes(Instance one) {
        return isEnding(one)
                ? Map.of(Attributes.ADDRESS, "", Attributes.ENDING, "true")
                : Map.of(
                        Attributes.ADDRESS,
                        Optional.ofNullable(one.privateIpAddress()).orElse(""));
    }

    private static boolean isEnding(Instance one) {
        return Ec2Tags.toOwn(one).state() == InstanceState.SHUTTING_DOWN;
    }

    /** Returns when EC2 describes the instance: a second run would not see it before, and make another one. */
    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        return Ec2Images.find(client, gateway.imageId().orElseThrow())
                .thenCompose(image -> client.runInstances(request(wanted.thing().name(), image)))
                .thenCompose(launched -> {
                    String id = launched.instances().get(0).instanceId();
                    return waiter.waitUntilInstanceExists(request -> request.instanceIds(id));
                })
                .handle((launched, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 RunInstances of the gateway", failure);
                    }
                    return Done.getInstance();
                });
    }

    private RunInstancesRequest request(String name, Image image) {
        RunInstancesRequest.Builder request = RunInstancesRequest.builder()
                .minCount(1)
                .maxCount(1)
                .clientToken(token())
                .imageId(image.imageId())
                .instanceType(gateway.instanceType())
                .userData(Ec2Launch.encoded(userData.get()))
                .instanceInitiatedShutdownBehavior(ShutdownBehavior.STOP)
                .tagSpecifications(tags(ResourceType.INSTANCE, name), tags(ResourceType.VOLUME, name))
                .metadataOptions(options -> options.httpEndpoint(InstanceMetadataEndpointState.ENABLED)
                        .httpTokens(HttpTokensState.REQUIRED)
                        .httpPutResponseHopLimit(1))
                .blockDeviceMappings(Ec2Images.encryptedRoot(image, volume -> volume.volumeType(VolumeType.GP3)));
        gateway.subnetId().ifPresent(request::subnetId);
        keyName.ifPresent(request::keyName);
        gateway.instanceProfile().ifPresent(profile -> request.iamInstanceProfile(given -> given.name(profile)));
        if (!gateway.securityGroupIds().isEmpty()) {
            request.securityGroupIds(gateway.securityGroupIds());
        }
        return request.build();
    }

    /** Another one at each call: what exists is found by its tags. */
    private String token() {
        String token = "gateway-" + clock.millis() + "-" + cluster;
        return token.substring(0, Math.min(LONGEST_TOKEN, token.length()));
    }

    private TagSpecification tags(ResourceType resource, String name) {
        List<Tag> tags = List.of(
                Ec2Tags.tag(Ec2Tags.NAME, name),
                Ec2Tags.tag(Ec2Tags.CLUSTER, cluster),
                Ec2Tags.tag(Ec2Tags.ROLE, Ec2Tags.GATEWAY));
        return TagSpecification.builder().resourceType(resource).tags(tags).build();
    }

    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    /** Returns when they are gone, also those that another run has terminated: until then a supervisor may launch workers. */
    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return gateways(thing.name()).thenCompose(found -> {
            List<String> living = ids(found.stream().filter(one -> !isEnding(one)));
            CompletionStage<Done> ending = living.isEmpty()
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : instances.terminate(living);
            return found.isEmpty() ? ending : ending.thenCompose(done -> gone(ids(found.stream())));
        });
    }

    private static List<String> ids(Stream<Instance> instances) {
        return instances.map(Instance::instanceId).toList();
    }

    private CompletionStage<Done> gone(List<String> ids) {
        return waiter.waitUntilInstanceTerminated(
                        request -> request.instanceIds(ids),
                        looks -> looks.maxAttempts(LOOKS_FOR_ITS_END)
                                .backoffStrategyV2(
                                        BackoffStrategy.fixedDelayWithoutJitter(Ec2ClusterInstances.LOOK_EVERY)))
                .handle((terminated, failure) -> {
                    if (failure != null) {
                        throw new InfrastructureException(
                                "the gateway's instance " + String.join(", ", ids) + " does not end ("
                                        + AwsErrors.wrap("EC2 DescribeInstances", failure)
                                                .getMessage()
                                        + "); see to it in EC2 (its state, termination protection), and run it again",
                                AwsErrors.unwrap(failure));
                    }
                    return Done.getInstance();
                });
    }

    /** Those of this cluster and this name: other gateways are somebody else's to end. */
    private CompletionStage<List<Instance>> gateways(String name) {
        List<Tag> ours = List.of(Ec2Tags.tag(Ec2Tags.NAME, name), Ec2Tags.tag(Ec2Tags.ROLE, Ec2Tags.GATEWAY));
        return instances
                .describeWithEnding()
                .thenApply(all ->
                        all.stream().filter(one -> one.tags().containsAll(ours)).toList());
    }

    @Override
    public void close() {
        waiter.close();
        client.close();
    }
}
