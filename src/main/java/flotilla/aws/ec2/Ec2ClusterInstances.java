package flotilla.aws.ec2;

import flotilla.aws.AwsErrors;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.Done;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.waiters.Ec2AsyncWaiter;

/** All instances with a cluster's tag, of whatever role, that are not gone. */
final class Ec2ClusterInstances {
    /** Between two looks of a waiter. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private static final int PAGE_SIZE = 1000;

    private final Ec2AsyncClient client;
    private final String cluster;

    Ec2ClusterInstances(Ec2AsyncClient client, String cluster) {
        this.client = client;
        this.cluster = cluster;
    }

    /** Looks at instances until they are in a state, so many times at most. The caller closes it. */
    static Ec2AsyncWaiter waiter(Ec2AsyncClient client, int looks) {
        return Ec2AsyncWaiter.builder()
                .client(client)
                .overrideConfiguration(each ->
                        each.maxAttempts(looks).backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(LOOK_EVERY)))
                .build();
    }

    /** Those that are not on their way out. */
    CompletionStage<List<Instance>> describe() {
        return describe("pending", "running", "stopping", "stopped");
    }

    /** With those that are on their way out. */
    CompletionStage<List<Instance>> describeWithEnding() {
        return describe("pending", "running", "stopping", "stopped", "shutting-down");
    }

    private CompletionStage<List<Instance>> describe(String... states) {
        Queue<Instance> found = new ConcurrentLinkedQueue<>();
        return client.describeInstancesPaginator(request -> request.maxResults(PAGE_SIZE)
                        .filters(filter("tag:" + Ec2Tags.CLUSTER, cluster), filter("instance-state-name", states)))
                .reservations()
                .subscribe(reservation -> found.addAll(reservation.instances()))
                .handle((done, failure) -> {
                    if (failure != null) {
                        throw AwsErrors.wrap("EC2 DescribeInstances of cluster " + cluster, failure);
                    }
                    return List.copyOf(found);
                });
    }

    /** Terminates these; one that is gone already is no error. */
    CompletionStage<Done> terminate(List<String> ids) {
        return client.terminateInstances(request -> request.instanceIds(ids)).handle((answer, failure) -> {
            if (failure != null && !AwsErrors.code(failure).equals("InvalidInstanceID.NotFound")) {
                throw AwsErrors.wrap("EC2 TerminateInstances of " + ids, failure);
            }
            return Done.getInstance();
        });
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }
}
