package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.config.FleetSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;

/**
 * Sees all workers of the cluster as one thing; makes the stopped set of fleet mode start-stop, and terminates what is stopped.
 * It never ends an instance that runs.
 */
public final class Ec2SetProvision implements Provider, AutoCloseable {
    /**
     * How a set is made.
     *
     * @param size the highest app-tier id
     * @param userData plain text, HOCON; asked for when the set is made
     * @param tags of each instance, besides those of every worker's
     */
    public record Recipe(int size, Supplier<CompletionStage<String>> userData, Map<String, String> tags) {
        public Recipe {
            tags = Map.copyOf(tags);
        }
    }

    private final AwsClients clients;
    private final Ec2AsyncClient client;
    private final Ec2ClusterInstances instances;
    private final FleetSettings fleet;
    private final String cluster;
    private final Recipe recipe;
    private final Clock clock;

    private Ec2SetProvision(
            AwsClients clients,
            Ec2AsyncClient client,
            FleetSettings fleet,
            String cluster,
            Recipe recipe,
            Clock clock) {
        this.clients = clients;
        this.client = client;
        this.instances = new Ec2ClusterInstances(client, cluster);
        this.fleet = fleet;
        this.cluster = cluster;
        this.recipe = recipe;
        this.clock = clock;
    }

    /** Makes the client; nothing is sent yet. */
    public static Ec2SetProvision connect(
            AwsClients clients, FleetSettings fleet, String cluster, Recipe recipe, Clock clock) {
        return new Ec2SetProvision(clients, Ec2InstanceFleet.client(clients), fleet, cluster, recipe, clock);
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return workers().thenApply(this::seen);
    }

    private Seen seen(List<Instance> workers) {
        if (workers.isEmpty()) {
            return new Seen.Missing();
        }
        long ofTheSet = workers.stream()
                .flatMap(one -> one.appTierId().stream())
                .filter(id -> id.value() <= recipe.size())
                .distinct()
                .count();
        long stopped = workers.stream()
                .filter(one -> one.state() == InstanceState.STOPPED)
                .count();
        return Seen.Present.of(
                cluster,
                Map.of(
                        Attributes.COUNT,
                        Long.toString(ofTheSet),
                        Attributes.STOPPED,
                        Long.toString(stopped),
                        Attributes.RUNNING,
                        Long.toString(workers.size() - stopped)));
    }

    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        return recipe.userData().get().thenCompose(userData -> {
            Ec2Provision ec2 = Ec2Provision.connect(clients, fleet, cluster, clock);
            return ec2.stoppedInstances(recipe.size(), userData, recipe.tags())
                    .whenComplete((done, failure) -> ec2.close());
        });
    }

    /** Those that are there stay as they are. */
    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        return create(wanted);
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return workers().thenCompose(workers -> {
            List<String> stopped = workers.stream()
                    .filter(one -> one.state() == InstanceState.STOPPED)
                    .map(one -> one.id().value())
                    .toList();
            if (stopped.size() < workers.size()) {
                throw new InfrastructureException(
                        (workers.size() - stopped.size())
                                + " instances of the cluster run by now; let the fleet end, or run it again with --drain",
                        null);
            }
            return stopped.isEmpty()
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : instances.terminate(stopped);
        });
    }

    private CompletionStage<List<Instance>> workers() {
        return instances
                .describe()
                .thenApply(all -> all.stream()
                        .filter(Ec2Tags::isWorkers)
                        .map(Ec2Tags::toOwn)
                        .toList());
    }

    @Override
    public void close() {
        client.close();
    }
}
