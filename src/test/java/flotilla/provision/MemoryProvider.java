package flotilla.provision;

import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.pekko.Done;

/** An account in memory, for every kind of thing. */
public final class MemoryProvider implements Provider {
    private final String cluster;
    private final Map<Thing, Seen> things = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<String> failing = new HashSet<>();
    private final Map<String, Integer> notYet = new HashMap<>();
    private UnaryOperator<Seen> onLook = seen -> seen;

    public MemoryProvider(String cluster) {
        this.cluster = cluster;
    }

    /** The same account for all kinds. */
    public Provisioning provisioning() {
        Map<Kind, Provider> all = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            all.put(kind, this);
        }
        return new Provisioning(all);
    }

    /** What was made, changed and removed, in order. */
    public List<String> calls() {
        return calls;
    }

    public void put(Thing thing, Seen seen) {
        things.put(thing, seen);
    }

    /** Calls that change something of this name fail from now on. */
    public void fail(String name) {
        failing.add(name);
    }

    /** So many calls that change something of this name come too early, from now on. */
    public void notYet(String name, int times) {
        notYet.put(name, times);
    }

    public void heal() {
        failing.clear();
    }

    /** What each look sees of a thing may be another each time. */
    public void onLook(UnaryOperator<Seen> change) {
        onLook = change;
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return CompletableFuture.completedFuture(onLook.apply(things.getOrDefault(thing, new Seen.Missing())));
    }

    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        return act(
                "create",
                wanted.thing(),
                () -> things.put(wanted.thing(), Seen.Present.of(cluster, wanted.attributes())));
    }

    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        return act(
                "change",
                wanted.thing(),
                () -> things.put(wanted.thing(), Seen.Present.of(cluster, wanted.attributes())));
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        return act("remove", thing, () -> things.remove(thing));
    }

    /** Has none run any more. */
    @Override
    public CompletionStage<Done> end(Thing thing) {
        return act("end", thing, () -> things.put(thing, Seen.Present.of(cluster, Map.of(Attributes.RUNNING, "0"))));
    }

    private CompletionStage<Done> act(String verb, Thing thing, Runnable change) {
        if (notYet.getOrDefault(thing.name(), 0) > 0) {
            notYet.merge(thing.name(), -1, Integer::sum);
            return CompletableFuture.failedFuture(
                    new NotYetException(thing.name() + " was deleted a moment ago", Duration.ofSeconds(5), null));
        }
        if (failing.contains(thing.name())) {
            return CompletableFuture.failedFuture(new InfrastructureException("SQS says no to " + thing.name(), null));
        }
        calls.add(verb + " " + thing.name());
        change.run();
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
