package flotilla.aws.ec2;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.FleetSettings;
import flotilla.config.SettingsException;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import flotilla.scaling.InstanceState;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Instance;

/**
 * Sees all workers of the cluster as one thing; makes the stopped set of fleet mode start-stop, and terminates what is stopped.
 * It ends an instance that runs only when it is asked to outright.
 */
public final class Ec2SetProvision implements Provider, AutoCloseable {
    /**
     * How a set is made.
     *
     * @param size the highest app-tier id
     * @param outfit asked for when members are made, and at each look in fleet mode start-stop; fails with {@link SettingsException} while nobody can say
     *     where gateways will be
     */
    public record Recipe(int size, Supplier<CompletionStage<Ec2StoppedSet.Outfit>> outfit) {}

    private final Ec2AsyncClient client;
    private final Ec2ClusterInstances instances;
    private final Ec2StoppedSet set;
    private final String cluster;
    private final Recipe recipe;
    private final boolean hasSet;

    private Ec2SetProvision(Ec2AsyncClient client, Ec2StoppedSet set, String cluster, Recipe recipe, boolean hasSet) {
        this.client = client;
        this.instances = new Ec2ClusterInstances(client, cluster);
        this.set = set;
        this.cluster = cluster;
        this.recipe = recipe;
        this.hasSet = hasSet;
    }

    /** Makes the clients; nothing is sent yet. */
    public static Ec2SetProvision connect(
            AwsClients clients, FleetSettings fleet, String cluster, Recipe recipe, Clock clock) {
        return new Ec2SetProvision(
                Ec2InstanceFleet.client(clients),
                Ec2StoppedSet.connect(clients, fleet, cluster, clock),
                cluster,
                recipe,
                fleet.mode() == FleetSettings.Mode.START_STOP);
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return workers().thenCombine(gateways(), this::seen);
    }

    /** Those that members should know; empty while nobody can say, and where there are no members. */
    private CompletionStage<Optional<List<String>>> gateways() {
        if (!hasSet) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return recipe.outfit().get().handle((outfit, failure) -> {
            if (failure == null) {
                return Optional.of(outfit.gateways());
            }
            if (AwsErrors.unwrap(failure) instanceof SettingsException) {
                return Optional.empty();
            }
            throw AwsErrors.wrap("EC2 look at the gateway's instance", failure);
        });
    }

    private Seen seen(List<Instance> workers, Optional<List<String>> gateways) {
        if (workers.isEmpty()) {
            return new Seen.Missing();
        }
        long ofTheSet = workers.stream()
                .flatMap(one -> Ec2Tags.toOwn(one).appTierId().stream())
                .filter(id -> id.value() <= recipe.size())
                .distinct()
                .count();
        long stopped = count(workers, Ec2SetProvision::isStopped);
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(Attributes.COUNT, Long.toString(ofTheSet));
        attributes.put(Attributes.STOPPED, Long.toString(stopped));
        attributes.put(Attributes.RUNNING, Long.toString(workers.size() - stopped));
        attributes.put(Attributes.UNFINISHED, Long.toString(count(workers, Ec2StoppedSet::isUnfinished)));
        gateways.ifPresent(known -> attributes.put(
                Attributes.OUTDATED, Long.toString(count(workers, one -> Ec2StoppedSet.isOutdated(one, known)))));
        return Seen.Present.of(cluster, attributes);
    }

    private static long count(List<Instance> workers, Predicate<Instance> which) {
        return workers.stream().filter(which).count();
    }

    private static boolean isStopped(Instance worker) {
        return Ec2Tags.toOwn(worker).state() == InstanceState.STOPPED;
    }

    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        return recipe.outfit().get().thenCompose(outfit -> set.fill(recipe.size(), outfit));
    }

    /** Those that are there stay as they are, but for what was left undone, and for the gateways that they know. */
    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        boolean fills = attributes.contains(Attributes.COUNT) || attributes.contains(Attributes.UNFINISHED);
        CompletionStage<Done> filled = fills ? create(wanted) : CompletableFuture.completedFuture(Done.getInstance());
        return attributes.contains(Attributes.OUTDATED)
                ? filled.thenCompose(done -> recipe.outfit().get()).thenCompose(set::update)
                : filled;
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return workers().thenCompose(workers -> {
            long running = count(workers, one -> !isStopped(one));
            if (running > 0) {
                throw new InfrastructureException(
                        running
                                + " instances of the cluster run by now; let the fleet end, or run it again with --drain",
                        null);
            }
            return terminate(workers);
        });
    }

    /** Terminates those that run, whatever they do. */
    @Override
    public CompletionStage<Done> end(Thing thing) {
        return workers()
                .thenCompose(workers -> terminate(
                        workers.stream().filter(one -> !isStopped(one)).collect(Collectors.toList())));
    }

    private CompletionStage<Done> terminate(List<Instance> workers) {
        return workers.isEmpty()
                ? CompletableFuture.completedFuture(Done.getInstance())
                : instances.terminate(workers.stream().map(Instance::instanceId).toList());
    }

    private CompletionStage<List<Instance>> workers() {
        return instances
                .describe()
                .thenApply(all -> all.stream().filter(Ec2Tags::isWorkers).toList());
    }

    @Override
    public void close() {
        set.close();
        client.close();
    }
}
