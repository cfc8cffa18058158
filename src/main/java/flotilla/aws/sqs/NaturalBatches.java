package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * Lets requests that come at the same time share a batch, and none wait for others: with no batch under way an entry goes at
 * once, alone; what comes meanwhile goes together when a batch has ended, or as soon as a batch is full, while fewer than
 * {@value #MOST_UNDER_WAY} are under way. A batch that is not full is not begun sooner than a pace after the one before, and after one of
 * several entries than as many paces, but for {@value #MOST_PACES}: each request costs money, and as much processor time as a good part of an
 * image. So one caller alone never waits, and where more come than one in a pace batches grow until they are full, or the longest wait is reached.
 *
 * <p>A batch that fails as a whole fails all its entries. Safe for all threads; results complete on the thread of the request.
 *
 * @param <T> what an entry is about
 * @param <R> what is said of an entry
 */
final class NaturalBatches<T, R> {
    static final int MOST_UNDER_WAY = 8;
    /** Between two batches that are not full. */
    static final int MOST_PACES = 5;
    /** Of all entries of one request, in bytes; AWS takes 1 MiB since August 2025, others do not. */
    private static final int MOST_BYTES = 256 * 1024;

    /** Runs something later. */
    interface Timer {
        void in(long nanos, Runnable what);
    }

    private record Entry<T, R>(T value, int bytes, CompletableFuture<R> done) {}

    private final Function<List<T>, CompletionStage<List<R>>> request;
    private final ToIntFunction<T> bytes;
    private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();
    private final long paceNanos;
    private final LongSupplier nanoTime;
    private final Timer timer;
    private long waitingBytes;
    private int underWay;
    private boolean begun;
    private long lastBegun;
    private int lastSize;
    private boolean pacing;

    /**
     * @param request carries up to 10 entries out and says something of each, in their order
     * @param bytes what an entry takes of a request
     * @param pace the least time between two batches that are not full
     */
    NaturalBatches(Function<List<T>, CompletionStage<List<R>>> request, ToIntFunction<T> bytes, Duration pace) {
        this(
                request,
                bytes,
                pace,
                System::nanoTime,
                (nanos, what) -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
                        .execute(what));
    }

    /**
     * @param nanoTime the time
     */
    NaturalBatches(
            Function<List<T>, CompletionStage<List<R>>> request,
            ToIntFunction<T> bytes,
            Duration pace,
            LongSupplier nanoTime,
            Timer timer) {
        this.request = request;
        this.bytes = bytes;
        this.paceNanos = pace.toNanos();
        this.nanoTime = nanoTime;
        this.timer = timer;
    }

    /** Carries an entry out. */
    CompletionStage<R> submit(T value) {
        CompletableFuture<R> done = new CompletableFuture<>();
        int size = bytes.applyAsInt(value);
        synchronized (this) {
            waiting.add(new Entry<>(value, size, done));
            waitingBytes += size;
        }
        send();
        return done;
    }

    private void send() {
        for (List<Entry<T, R>> batch = next(); !batch.isEmpty(); batch = next()) {
            send(batch);
        }
    }

    private void send(List<Entry<T, R>> batch) {
        carryOut(batch).whenComplete((results, failure) -> {
            synchronized (this) {
                underWay--;
            }
            send();
            for (int i = 0; i < batch.size(); i++) {
                if (failure == null) {
                    batch.get(i).done().complete(results.get(i));
                } else {
                    batch.get(i).done().completeExceptionally(AwsErrors.unwrap(failure));
                }
            }
        });
    }

    private CompletionStage<List<R>> carryOut(List<Entry<T, R>> batch) {
        try {
            return request.apply(batch.stream().map(Entry::value).toList());
        } catch (RuntimeException notEvenBegun) {
            return CompletableFuture.failedStage(notEvenBegun);
        }
    }

    /** The entries to send now; empty when there are none or they should wait. */
    private synchronized List<Entry<T, R>> next() {
        long now = nanoTime.getAsLong();
        boolean full = waiting.size() >= SqsSourceSettings.MAX_BATCH_SIZE || waitingBytes >= MOST_BYTES;
        if (waiting.isEmpty() || underWay > 0 && !(full && underWay < MOST_UNDER_WAY)) {
            return List.of();
        }
        long due = lastBegun + paceNanos * Math.min(lastSize, MOST_PACES);
        if (!full && begun && now - due < 0) {
            keepPace(due - now);
            return List.of();
        }
        begun = true;
        lastBegun = now;
        List<Entry<T, R>> batch = new ArrayList<>();
        long size = 0;
        while (!waiting.isEmpty()
                && batch.size() < SqsSourceSettings.MAX_BATCH_SIZE
                && (batch.isEmpty() || size + waiting.peek().bytes() <= MOST_BYTES)) {
            Entry<T, R> entry = waiting.poll();
            size += entry.bytes();
            batch.add(entry);
        }
        waitingBytes -= size;
        lastSize = batch.size();
        underWay++;
        return batch;
    }

    /** Looks again when the next batch may go. */
    private void keepPace(long nanos) {
        if (pacing) {
            return;
        }
        pacing = true;
        timer.in(nanos, () -> {
            synchronized (this) {
                pacing = false;
            }
            send();
        });
    }
}
