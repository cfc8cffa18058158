package flotilla.aws.autoscaling;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;

/** Looks at how an Auto Scaling group is set up, and changes nothing. */
public final class AutoScalingExamination implements AutoCloseable {
    /**
     * How a group is set up.
     *
     * @param protectsNew whether new members are protected from scale-in from their first moment
     * @param hooks the names of its lifecycle hooks for terminations; empty when these credentials may not see them
     */
    public record Setup(int min, int max, boolean protectsNew, Optional<List<String>> hooks) {
        public Setup {
            hooks = hooks.map(List::copyOf);
        }
    }

    private final AutoScalingAsyncClient client;
    private final String name;

    private AutoScalingExamination(AutoScalingAsyncClient client, String name) {
        this.client = client;
        this.name = name;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param name of the group
     */
    public static AutoScalingExamination connect(AwsClients clients, String name) {
        return new AutoScalingExamination(GroupCalls.client(clients, () -> {}), name);
    }

    /** Fails with the remedy when there is no such group. */
    public CompletionStage<Setup> look() {
        return GroupCalls.find(client, name)
                .thenCompose(group -> hooks().thenApply(hooks -> new Setup(
                        group.minSize(),
                        group.maxSize(),
                        Boolean.TRUE.equals(group.newInstancesProtectedFromScaleIn()),
                        hooks)));
    }

    private CompletionStage<Optional<List<String>>> hooks() {
        return GroupCalls.terminatingHooks(client, name).handle((hooks, failure) -> {
            if (failure != null && !AwsErrors.isDenied(failure)) {
                throw new CompletionException(AwsErrors.unwrap(failure));
            }
            return Optional.ofNullable(hooks);
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
