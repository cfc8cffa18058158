package flotilla.app;

import flotilla.aws.sns.SnsTopic;
import flotilla.config.FlotillaSettings;
import flotilla.config.PushSettings;
import flotilla.protocol.ResultPush;
import flotilla.push.Pusher;
import flotilla.push.Pushes;
import flotilla.push.Topic;
import flotilla.push.WishStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;

/** A gateway's part in telling others of results: a cluster singleton makes the deliveries of all gateways. */
final class PushSetup implements AutoCloseable {
    private static final String NAME = "pusher";

    private final ResultPush push;
    private final Optional<SnsTopic> topic;

    private PushSetup(ResultPush push, Optional<SnsTopic> topic) {
        this.push = push;
        this.topic = topic;
    }

    /** Starts what the settings ask for; nothing when they ask for nothing. */
    static PushSetup open(ActorSystem<?> system, FlotillaSettings settings, CloudConnections cloud) {
        PushSettings asked = settings.push();
        if (asked.isOff()) {
            return new PushSetup(ResultPush.off(), Optional.empty());
        }
        Optional<SnsTopic> sns = SnsTopic.connect(cloud.clients(), asked);
        Optional<Topic> topic = sns.map(one -> one);
        WishStore store = cloud.wishes(system);
        ActorRef<Pusher.Command> pusher = ClusterSingleton.get(system)
                .init(SingletonActor.of(
                        Behaviors.supervise(Pushes.pusher(
                                        system,
                                        asked,
                                        store,
                                        cloud.results(system),
                                        cloud.batches(system),
                                        topic,
                                        Clock.systemUTC(),
                                        new SecureRandom()))
                                .onFailure(SupervisorStrategy.restartWithBackoff(
                                        Duration.ofSeconds(1), Duration.ofSeconds(10), 0.1)),
                        NAME));
        return new PushSetup(new Pushes(system, asked, store, topic, pusher, Clock.systemUTC()), sns);
    }

    ResultPush push() {
        return push;
    }

    @Override
    public void close() {
        topic.ifPresent(SnsTopic::close);
    }
}
