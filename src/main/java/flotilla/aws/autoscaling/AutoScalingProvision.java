package flotilla.aws.autoscaling;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.CreateAutoScalingGroupRequest;

/** Makes the Auto Scaling group that {@link AutoScalingFleet} drives. Every call may be repeated. */
public final class AutoScalingProvision implements AutoCloseable {
    /**
     * The group to make: empty at first, from no instance up to {@code maxSize}, each protected from scale-in.
     *
     * @param launchTemplate its name; the newest version is launched
     * @param subnetIds where instances are launched; when there are none, in {@code zones}
     */
    public record Wanted(String name, String launchTemplate, int maxSize, List<String> subnetIds, List<String> zones) {
        public Wanted {
            subnetIds = List.copyOf(subnetIds);
            zones = List.copyOf(zones);
        }
    }

    private final AutoScalingAsyncClient client;

    private AutoScalingProvision(AutoScalingAsyncClient client) {
        this.client = client;
    }

    /** Makes the client; nothing is sent yet. */
    public static AutoScalingProvision connect(AwsClients clients) {
        return new AutoScalingProvision(GroupCalls.client(clients, () -> {}));
    }

    /** Creates the group; one that exists gets limits, launch template and protection as wanted, and keeps its instances. */
    public CompletionStage<Done> group(Wanted wanted) {
        return client.createAutoScalingGroup(create(wanted))
                .handle((created, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(Done.getInstance());
                    }
                    if (AwsErrors.code(failure).equals("AlreadyExists")) {
                        return update(wanted);
                    }
                    throw AwsErrors.wrap("Auto Scaling CreateAutoScalingGroup of " + wanted.name(), failure);
                })
                .thenCompose(Function.identity());
    }

    private static CreateAutoScalingGroupRequest create(Wanted wanted) {
        CreateAutoScalingGroupRequest.Builder request = CreateAutoScalingGroupRequest.builder()
                .autoScalingGroupName(wanted.name())
                .launchTemplate(template ->
                        template.launchTemplateName(wanted.launchTemplate()).version("$Latest"))
                .minSize(0)
                .maxSize(wanted.maxSize())
                .desiredCapacity(0)
                .newInstancesProtectedFromScaleIn(true);
        return wanted.subnetIds().isEmpty()
                ? request.availabilityZones(wanted.zones()).build()
                : request.vpcZoneIdentifier(String.join(",", wanted.subnetIds()))
                        .build();
    }

    private CompletableFuture<Done> update(Wanted wanted) {
        return client.updateAutoScalingGroup(request -> request.autoScalingGroupName(wanted.name())
                        .launchTemplate(template -> template.launchTemplateName(wanted.launchTemplate())
                                .version("$Latest"))
                        .minSize(0)
                        .maxSize(wanted.maxSize())
                        .newInstancesProtectedFromScaleIn(true))
                .handle((updated, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("Auto Scaling UpdateAutoScalingGroup of " + wanted.name(), failure);
                    }
                    return Done.getInstance();
                });
    }

    @Override
    public void close() {
        client.close();
    }
}
