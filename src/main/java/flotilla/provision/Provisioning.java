package flotilla.provision;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Looks at what is there, and carries plans out, through one provider for each kind. */
public final class Provisioning {
    private final Map<Kind, Provider> providers;

    public Provisioning(Map<Kind, Provider> providers) {
        this.providers = Map.copyOf(providers);
    }

    /** What is there of these things; all are looked at side by side. */
    public CompletionStage<Map<Thing, Seen>> look(Collection<Thing> things) {
        Map<Thing, CompletableFuture<Seen>> looks = new LinkedHashMap<>();
        things.forEach(thing -> looks.put(thing, provider(thing).look(thing).toCompletableFuture()));
        return CompletableFuture.allOf(looks.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<Thing, Seen> seen = new LinkedHashMap<>();
                    looks.forEach((thing, look) -> seen.put(thing, look.getNow(null)));
                    return seen;
                });
    }

    /** Carries out a step that acts. */
    public CompletionStage<Done> perform(Step step) {
        return CompletableFuture.completedFuture(provider(step.thing()))
                .thenCompose(provider -> perform(step, provider));
    }

    private static CompletionStage<Done> perform(Step step, Provider provider) {
        if (step instanceof Step.Create create) {
            return provider.create(create.wanted());
        }
        if (step instanceof Step.Change change) {
            return provider.change(change.wanted(), change.differences().keySet());
        }
        return provider.remove(step.thing());
    }

    /** Ends what of a thing runs. */
    public CompletionStage<Done> end(Thing thing) {
        return provider(thing).end(thing);
    }

    private Provider provider(Thing thing) {
        return providers.get(thing.kind());
    }
}
