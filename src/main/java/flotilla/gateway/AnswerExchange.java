package flotilla.gateway;

import flotilla.protocol.AnswerNews;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.WireFormat;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Tells all gateways of each result whose notice this one has received, for any of them may have the caller who waits: the one
 * that accepted the image, and those that were asked for its id. They find each other through the receptionist. Whoever has
 * nobody who waits drops it. It keeps nothing, and what it loses costs a look into the store.
 */
final class AnswerExchange extends AbstractBehavior<AnswerExchange.Command> {
    /** What it is told. */
    sealed interface Command permits Share, Heard, Peers {}

    /** Tell this gateway and all others. */
    record Share(ResultNotice notice) implements Command {}

    private record Heard(AnswerNews news) implements Command {}

    private record Peers(Set<ActorRef<AnswerNews>> all) implements Command {}

    private static final ServiceKey<AnswerNews> KEY = ServiceKey.create(AnswerNews.class, "flotilla-answers");

    private final ActorRef<PendingReplies.Command> pending;
    private final ActorRef<AnswerNews> self;
    private Set<ActorRef<AnswerNews>> all = Set.of();

    /** @param pending this gateway's callers */
    static Behavior<Command> create(ActorRef<PendingReplies.Command> pending) {
        return Behaviors.setup(context -> new AnswerExchange(context, pending));
    }

    private AnswerExchange(ActorContext<Command> context, ActorRef<PendingReplies.Command> pending) {
        super(context);
        this.pending = pending;
        this.self = context.messageAdapter(AnswerNews.class, Heard::new);
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new Peers(listing.getServiceInstances(KEY)));
        ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
        receptionist.tell(Receptionist.register(KEY, self));
        receptionist.tell(Receptionist.subscribe(KEY, listings));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Share.class, this::onShare)
                .onMessage(Heard.class, this::onHeard)
                .onMessage(Peers.class, this::onPeers)
                .build();
    }

    private Behavior<Command> onShare(Share share) {
        pending.tell(new PendingReplies.Answered(share.notice().result()));
        if (all.stream().anyMatch(one -> !one.equals(self))) {
            AnswerNews news = new AnswerNews(WireFormat.write(share.notice()));
            all.stream().filter(one -> !one.equals(self)).forEach(one -> one.tell(news));
        }
        return this;
    }

    private Behavior<Command> onHeard(Heard heard) {
        try {
            pending.tell(new PendingReplies.Answered(
                    WireFormat.readNotice(heard.news().notice()).result()));
        } catch (WireFormat.UnreadableException e) {
            getContext().getLog().warn("unreadable news of a result from another gateway dropped: {}", e.getMessage());
        }
        return this;
    }

    private Behavior<Command> onPeers(Peers peers) {
        all = peers.all();
        return this;
    }
}
