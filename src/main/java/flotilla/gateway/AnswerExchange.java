package flotilla.gateway;

import flotilla.protocol.CborSerializable;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.WireFormat;
import java.util.Set;
import java.util.stream.Collectors;
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
    sealed interface Command permits Share, News, Peers {}

    /** Tell this gateway and all others. */
    record Share(ResultNotice notice) implements Command {}

    /**
     * Another gateway tells of a result.
     *
     * @param notice the message of the response queue, as {@link WireFormat} writes it
     */
    record News(String notice) implements Command, CborSerializable {}

    private record Peers(Set<ActorRef<Command>> all) implements Command {}

    private static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "flotilla-answers");

    private final ActorRef<PendingReplies.Command> pending;
    private Set<ActorRef<Command>> others = Set.of();

    /** @param pending this gateway's callers */
    static Behavior<Command> create(ActorRef<PendingReplies.Command> pending) {
        return Behaviors.setup(context -> new AnswerExchange(context, pending));
    }

    private AnswerExchange(ActorContext<Command> context, ActorRef<PendingReplies.Command> pending) {
        super(context);
        this.pending = pending;
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new Peers(listing.getServiceInstances(KEY)));
        ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
        receptionist.tell(Receptionist.register(KEY, context.getSelf()));
        receptionist.tell(Receptionist.subscribe(KEY, listings));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Share.class, this::onShare)
                .onMessage(News.class, this::onNews)
                .onMessage(Peers.class, this::onPeers)
                .build();
    }

    private Behavior<Command> onShare(Share share) {
        pending.tell(new PendingReplies.Answered(share.notice().result()));
        if (!others.isEmpty()) {
            News news = new News(WireFormat.write(share.notice()));
            others.forEach(gateway -> gateway.tell(news));
        }
        return this;
    }

    private Behavior<Command> onNews(News news) {
        try {
            pending.tell(new PendingReplies.Answered(
                    WireFormat.readNotice(news.notice()).result()));
        } catch (WireFormat.UnreadableException e) {
            getContext().getLog().warn("unreadable news of a result from another gateway dropped: {}", e.getMessage());
        }
        return this;
    }

    private Behavior<Command> onPeers(Peers peers) {
        others = peers.all().stream()
                .filter(gateway -> !gateway.equals(getContext().getSelf()))
                .collect(Collectors.toUnmodifiableSet());
        return this;
    }
}
