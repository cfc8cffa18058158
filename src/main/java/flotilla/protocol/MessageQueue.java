package flotilla.protocol;

import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;

/** One durable queue with leases. */
public interface MessageQueue {
    /** Sends a message; complete when it is durable. */
    CompletionStage<Done> send(String body);

    /**
     * Messages as they arrive. A queue that cannot be reached is tried again, with growing rests, until the stream is ended.
     *
     * @param capacity how many more messages may be in hand; asked before each receive, no receive while it is 0 or less.
     *     Call {@link ReceiveControl#wake} when it has grown.
     */
    Source<QueueMessage, ReceiveControl> receive(IntSupplier capacity);

    /**
     * Carries out actions on deliveries and emits each when it has been carried out. In the place of one that cannot be done for a
     * while, and of one on a delivery that is not ours any more, an {@link MessageAction.Ignore} is emitted: such a message comes
     * again when its lease ends, or is another's.
     */
    Flow<MessageAction, MessageAction, NotUsed> acknowledge();

    /**
     * Extends leases to {@code visibility} from now.
     *
     * @return the messages whose lease could not be extended because it is not ours any more
     */
    CompletionStage<List<QueueMessage>> extendLeases(List<QueueMessage> messages, Duration visibility);

    /** The queue's depth as the service approximates it. */
    CompletionStage<QueueDepth> depth();
}
