package flotilla.aws.sqs;

import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.util.function.IntSupplier;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * Emits messages by long polling, never more than there is capacity for.
 *
 * <p>With <i>c</i> what the capacity supplier answers, <i>b</i> the messages received but not yet emitted and <i>r</i> those
 * that receives under way have asked for, the next receive asks for
 *
 * <pre>min(maxBatchSize, c − b − r)</pre>
 *
 * and is not started while that is 0 or less, or while {@code parallelism} receives are under way; only one is when the last
 * one brought nothing, and beside one only a receive of a full batch is started. So the supplier counts a
 * message from the moment in which it is emitted, and the stage counts it before. It asks whenever a message is pulled, a
 * receive ends or {@link ReceiveControl#wake} is called, always before it emits; the supplier is called on the stream's
 * thread.
 *
 * <p>When the stream ends early, by cancellation, messages not yet emitted, those of receives still under way included, are
 * made visible to others at once. A receive that fails (the SDK has tried it three times) does not end it: the stage rests, for
 * longer the more receives have failed in a row ({@link ReceiveTrouble}), then one receive is tried.
 */
final class SqsSource extends AbstractGraphStageWithMaterializedValue<SourceShape<QueueMessage>, ReceiveControl> {
    private final Outlet<QueueMessage> out = Outlet.create("SqsSource.out");
    private final SourceShape<QueueMessage> shape = SourceShape.of(out);
    private final SqsQueue queue;
    private final SqsSourceSettings settings;
    private final IntSupplier capacity;

    private SqsSource(SqsQueue queue, SqsSourceSettings settings, IntSupplier capacity) {
        this.queue = queue;
        this.settings = settings;
        this.capacity = capacity;
    }

    static Source<QueueMessage, ReceiveControl> create(
            SqsQueue queue, SqsSourceSettings settings, IntSupplier capacity) {
        return Source.fromGraph(new SqsSource(queue, settings, capacity));
    }

    @Override
    public SourceShape<QueueMessage> shape() {
        return shape;
    }

    @Override
    public Pair<GraphStageLogic, ReceiveControl> createLogicAndMaterializedValuePair(Attributes attributes) {
        SqsReceiver receiver = new SqsReceiver(shape, queue, settings, capacity);
        return Pair.create(receiver, receiver.control());
    }
}
