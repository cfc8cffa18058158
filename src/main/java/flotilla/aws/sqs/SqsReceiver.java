package flotilla.aws.sqs;

import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.StreamDetachedException;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;

/**
 * One running {@link SqsSource}. Fields belong to the stream's thread, but for {@link #receives} and {@link #ended}; other
 * threads come in through {@link #stream}.
 */
final class SqsReceiver extends TimerGraphStageLogic {
    /** After an empty receive that did not wait: keeps a short-polled empty queue from being asked in a tight loop. */
    private static final Duration REST = Duration.ofMillis(100);

    private static final String RESTED = "rested";
    /** Draws rests; made for many threads. */
    private static final Random RANDOM = new Random();

    private enum Phase {
        RECEIVING,
        PAUSED,
        STOPPING
    }

    private final Outlet<QueueMessage> out;
    private final SqsQueue queue;
    private final SqsSourceSettings settings;
    private final IntSupplier capacity;
    private final ReceiveTrouble trouble;
    private final AsyncCallback<Runnable> stream = createAsyncCallback(Runnable::run);

    /** Receives whose messages were not handed over or returned yet. Touched by any thread. */
    private final Set<CompletableFuture<?>> receives = ConcurrentHashMap.newKeySet();
    /** Complete when the stream has ended and no receive is left. Touched by any thread. */
    private final CompletableFuture<Done> ended = new CompletableFuture<>();

    private final Deque<QueueMessage> buffer = new ArrayDeque<>();
    private final List<CompletableFuture<Done>> pauses = new ArrayList<>();
    private Phase phase = Phase.RECEIVING;
    private int underWay;
    private int requested;
    private boolean resting;
    /** The last receive brought messages: there may be more than one receive can carry. */
    private boolean flowing;

    private boolean handedOver;

    SqsReceiver(SourceShape<QueueMessage> shape, SqsQueue queue, SqsSourceSettings settings, IntSupplier capacity) {
        super(shape);
        this.out = shape.out();
        this.queue = queue;
        this.settings = settings;
        this.capacity = capacity;
        this.trouble = new ReceiveTrouble(queue.name(), System::nanoTime, RANDOM);
        setHandler(out, new AbstractOutHandler() {
            @Override
            public void onPull() {
                handedOver = false;
                receive();
                emit();
            }
        });
    }

    ReceiveControl control() {
        return new Control();
    }

    /** Starts as many receives as capacity allows. */
    private void receive() {
        while (phase == Phase.RECEIVING && !resting && underWay < (flowing ? settings.parallelism() : 1)) {
            int room = capacity.getAsInt() - buffer.size() - requested;
            if (room <= 0 || underWay > 0 && room < settings.maxBatchSize()) {
                return;
            }
            start(Math.min(room, settings.maxBatchSize()));
        }
    }

    private void start(int maxMessages) {
        underWay++;
        requested += maxMessages;
        CompletableFuture<?> handled = queue.receive(maxMessages)
                .handle((messages, error) -> stream.invokeWithFeedbackCompletionStage(
                                () -> onReceived(maxMessages, messages, error))
                        .exceptionallyCompose(gone -> gone instanceof StreamDetachedException && error == null
                                ? queue.release(messages)
                                : CompletableFuture.completedStage(Done.getInstance())))
                .thenCompose(done -> done)
                .toCompletableFuture();
        receives.add(handled);
        handled.whenComplete((done, error) -> receives.remove(handled));
    }

    private void onReceived(int asked, List<QueueMessage> messages, Throwable error) {
        underWay--;
        requested -= asked;
        if (error != null) {
            onFailed(error);
            return;
        }
        if (trouble.isOn()) {
            trouble.over();
            endRest();
        }
        buffer.addAll(messages);
        flowing = !messages.isEmpty();
        if (messages.isEmpty() && settings.waitTime().isZero()) {
            rest(REST);
        }
        receive();
        emit();
    }

    /** Of receives that fail at the same time the first one counts. */
    private void onFailed(Throwable error) {
        flowing = false;
        if (!resting) {
            rest(trouble.failed(error));
        }
        settle();
    }

    private void rest(Duration time) {
        resting = true;
        scheduleOnce(RESTED, time);
    }

    private void endRest() {
        resting = false;
        cancelTimer(RESTED);
    }

    private void emit() {
        if (isAvailable(out) && !buffer.isEmpty()) {
            handedOver = true;
            push(out, buffer.poll());
        }
        settle();
    }

    /**
     * Answers pauses and ends a stopped stream when nothing is left. An element that was pushed is downstream's only when it
     * asks for the next one: until then nobody there may know of it, and a pause that completed could be taken for idleness.
     */
    private void settle() {
        if (phase == Phase.RECEIVING || underWay > 0 || !buffer.isEmpty() || handedOver) {
            return;
        }
        pauses.forEach(pause -> pause.complete(Done.getInstance()));
        pauses.clear();
        if (phase == Phase.STOPPING) {
            completeStage();
        }
    }

    private void onPause(CompletableFuture<Done> pause) {
        pauses.add(pause);
        if (phase == Phase.RECEIVING) {
            phase = Phase.PAUSED;
        }
        settle();
    }

    private void onResume() {
        if (phase != Phase.PAUSED) {
            return;
        }
        phase = Phase.RECEIVING;
        pauses.forEach(pause -> pause.completeExceptionally(new CancellationException("resumed before it was idle")));
        pauses.clear();
        receive();
    }

    private void onStop() {
        phase = Phase.STOPPING;
        settle();
    }

    @Override
    public void onTimer(Object key) {
        resting = false;
        receive();
    }

    @Override
    public void postStop() {
        List<CompletableFuture<?>> last = new ArrayList<>(receives);
        last.add(queue.release(List.copyOf(buffer)).toCompletableFuture());
        buffer.clear();
        CompletableFuture.allOf(last.toArray(CompletableFuture<?>[]::new))
                .whenComplete((done, ignored) -> ended.complete(Done.getInstance()));
        pauses.forEach(this::completeWhenEnded);
    }

    private void completeWhenEnded(CompletableFuture<Done> pause) {
        ended.thenAccept(pause::complete);
    }

    /** Takes orders from any thread. What comes after the end of the stream has no effect. */
    private final class Control implements ReceiveControl {
        @Override
        public CompletionStage<Done> pause() {
            CompletableFuture<Done> pause = new CompletableFuture<>();
            stream.invokeWithFeedbackCompletionStage(() -> onPause(pause)).whenComplete((done, gone) -> {
                if (gone != null) {
                    completeWhenEnded(pause);
                }
            });
            return pause;
        }

        @Override
        public void resume() {
            stream.invoke(SqsReceiver.this::onResume);
        }

        @Override
        public void wake() {
            stream.invoke(SqsReceiver.this::receive);
        }

        @Override
        public void stop() {
            stream.invoke(SqsReceiver.this::onStop);
        }
    }
}
