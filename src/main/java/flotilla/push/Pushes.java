package flotilla.push;

import flotilla.config.PushSettings;
import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.BatchStore;
import flotilla.protocol.ResultPush;
import flotilla.protocol.ResultStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's side of pushes: checks and stores wishes, tells the {@link Pusher}, and publishes results. A result goes to the
 * topic before its notice is forgotten; only when that fails it becomes a wish. Safe for all threads.
 */
public final class Pushes implements ResultPush {
    private static final Logger LOG = LoggerFactory.getLogger(Pushes.class);
    private static final int MOST_AT_HAND = 20_000;
    private static final int WRITES_AT_A_TIME = 8;
    private static final int LOOKUPS_AT_A_TIME = 32;

    private final ActorSystem<?> system;
    private final PushSettings settings;
    private final CallbackRule rule;
    private final WishStore store;
    private final Optional<Topic> topic;
    private final ActorRef<Pusher.Command> pusher;
    private final Clock clock;

    /**
     * @param topic when results are published
     * @param pusher the one that serves all gateways
     */
    public Pushes(
            ActorSystem<?> system,
            PushSettings settings,
            WishStore store,
            Optional<Topic> topic,
            ActorRef<Pusher.Command> pusher,
            Clock clock) {
        this.system = system;
        this.settings = settings;
        this.rule = new CallbackRule(settings);
        this.store = store;
        this.topic = topic;
        this.pusher = pusher;
        this.clock = clock;
    }

    /** The pusher for all gateways; one at a time may run. */
    public static Behavior<Pusher.Command> pusher(
            ActorSystem<?> system,
            PushSettings settings,
            WishStore store,
            ResultStore results,
            BatchStore batches,
            Optional<Topic> topic,
            Clock clock,
            RandomGenerator random) {
        Carrier webhook = new Webhook(
                system,
                settings,
                Resolver.system(LOOKUPS_AT_A_TIME),
                Http.get(system).defaultClientHttpsContext(),
                clock);
        return Pusher.create(
                new Pusher.Ports(store, new News(system, results, batches), carrier(webhook, topic)),
                settings.retry(),
                () -> new Outbox(MOST_AT_HAND, settings.concurrentPerHost()),
                clock,
                random);
    }

    /** The topic for the topic's wishes, the webhook for all others. */
    static Carrier carrier(Carrier webhook, Optional<Topic> topic) {
        return (wish, message) -> {
            if (!wish.target().equals(Wish.TOPIC)) {
                return webhook.carry(wish, message);
            }
            return topic.isPresent()
                    ? topic.get().publish(wish.delivery(), message).thenApply(done -> new Carrier.Attempt.Taken())
                    : CompletableFuture.completedFuture(
                            new Carrier.Attempt.Failed("there is no topic any more (flotilla.push.sns-topic)"));
        };
    }

    @Override
    public Optional<Refusal> refusal(String callback) {
        return rule.refusal(callback);
    }

    @Override
    public CompletionStage<Done> whenAnswered(List<RequestId> ids, String callback) {
        return store(ids.stream()
                .map(id -> Wish.of(Wish.About.CLASSIFICATION, id.value(), callback, clock.instant()))
                .toList());
    }

    @Override
    public CompletionStage<Done> whenFinished(BatchId id, Optional<String> callback) {
        List<String> targets = new ArrayList<>();
        callback.ifPresent(targets::add);
        topic.ifPresent(one -> targets.add(Wish.TOPIC));
        return store(targets.stream()
                .map(target -> Wish.of(Wish.About.BATCH, id.value(), target, clock.instant()))
                .toList());
    }

    @Override
    public CompletionStage<List<Callback>> callbacks(String id) {
        return store.open(id).thenCombine(store.givenUp(id), (open, givenUp) -> {
            List<Callback> all = new ArrayList<>();
            open.forEach(wish -> all.add(callback(wish, Optional.empty())));
            givenUp.forEach(one -> all.add(callback(one.wish(), Optional.of(one.why()))));
            return all;
        });
    }

    private static Callback callback(Wish wish, Optional<String> gaveUp) {
        Wish.Failures failures = wish.failures();
        return new Callback(
                wish.name(),
                wish.receiver(),
                failures.count(),
                failures.last(),
                gaveUp.isPresent() ? Optional.empty() : failures.next(),
                gaveUp);
    }

    private CompletionStage<Done> store(List<Wish> wishes) {
        return Source.from(wishes)
                .mapAsync(
                        WRITES_AT_A_TIME,
                        wish -> store.add(wish).thenApply(done -> {
                            pusher.tell(new Pusher.Wished(wish));
                            return done;
                        }))
                .runWith(Sink.ignore(), system);
    }

    @Override
    public CompletionStage<Done> answered(ClassificationResult result) {
        if (settings.takesCallbacks()) {
            pusher.tell(new Pusher.Answered(result.id().value()));
        }
        return topic.isEmpty() ? CompletableFuture.completedFuture(Done.getInstance()) : publish(topic.get(), result);
    }

    private CompletionStage<Done> publish(Topic to, ClassificationResult result) {
        Wish wish = Wish.of(Wish.About.CLASSIFICATION, result.id().value(), Wish.TOPIC, clock.instant());
        // A topic that drops what comes twice must not take the answer for the failure before it.
        String id = wish.name() + (result.outcome().isProvisional() ? ".provisional" : "");
        return to.publish(id, Message.of(result)).exceptionallyCompose(failure -> {
            LOG.warn("push=retry id={} receiver=topic why=\"{}\"", wish.name(), failure.getMessage());
            return store(List.of(wish));
        });
    }
}
