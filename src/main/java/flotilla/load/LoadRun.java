package flotilla.load;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Sends what the plan says, when it says so. All state belongs to the loop's thread.
 *
 * <p>In a closed loop a request is due at the moment that a place becomes free. In an open loop requests are due at the
 * pace's times whatever became of the earlier ones; one that finds all places taken waits, and is still measured from the
 * time at which it was due. So a server that stalls is charged for every request that came during the stall, and not only for
 * those that were under way (no coordinated omission).
 */
final class LoadRun {
    private final LoadPlan plan;
    private final ImageFolder images;
    private final Caller caller;
    private final EventLoop loop;
    private final Consumer<Shot> listener;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Set<CompletableFuture<Reply>> underWay = new HashSet<>();
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final PrimitiveIterator.OfLong times;
    private long start;
    private long issued;
    private long sent;
    private boolean allIssued;
    private boolean stopped;

    /**
     * @param listener is told of every request that ended, on the loop
     */
    LoadRun(LoadPlan plan, ImageFolder images, Caller caller, EventLoop loop, Consumer<Shot> listener) {
        this.plan = plan;
        this.images = images;
        this.caller = caller;
        this.loop = loop;
        this.listener = listener;
        this.times = plan.pace().map(Pace::times).orElse(null);
        this.start = loop.nanos();
    }

    /** Begins; to be called on the loop. */
    void begin() {
        start = loop.nanos();
        if (times == null) {
            fill();
        } else {
            arrive();
        }
    }

    /** Completes when every request ended or the run was stopped. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Gives up what is under way; to be called on the loop. */
    void stop() {
        if (!stopped) {
            stopped = true;
            allIssued = true;
            List.copyOf(underWay).forEach(call -> call.cancel(true));
            ended.complete(null);
        }
    }

    /** Nanoseconds on the loop's clock at which the run began. */
    long start() {
        return start;
    }

    long sent() {
        return sent;
    }

    /** Requests that are due and have not ended. */
    int unfinished() {
        return underWay.size() + waiting.size();
    }

    private long now() {
        return loop.nanos() - start;
    }

    /** The closed loop: a request for each free place. */
    private void fill() {
        while (!allIssued && underWay.size() < plan.concurrency()) {
            long now = now();
            if (issued == plan.mostRequests() || !plan.includes(now)) {
                allIssued = true;
            } else {
                issued++;
                send(now);
            }
        }
        endIfDone();
    }

    /** The open loop: waits for the next due time, and for the one after that. */
    private void arrive() {
        if (allIssued) {
            return;
        }
        long due = times.nextLong();
        if (issued == plan.mostRequests() || !plan.includes(due)) {
            allIssued = true;
            endIfDone();
            return;
        }
        issued++;
        loop.after(Math.max(0, due - now()), () -> {
            if (!stopped) {
                waiting.add(due);
                dispatch();
                arrive();
            }
        });
    }

    private void dispatch() {
        while (!waiting.isEmpty() && underWay.size() < plan.concurrency()) {
            send(waiting.remove());
        }
    }

    private void send(long due) {
        LoadImage image = images.image(sent);
        long number = ++sent;
        long sentAt = times == null ? due : now();
        CompletableFuture<Reply> call = caller.call(image);
        underWay.add(call);
        call.whenComplete((reply, failure) -> {
            long endedAt = now();
            loop.execute(() -> {
                if (stopped) {
                    return;
                }
                underWay.remove(call);
                if (failure == null) {
                    onEnd(new Shot(number, image, due, sentAt, endedAt, reply));
                } else {
                    ended.completeExceptionally(failure);
                    stop();
                }
            });
        });
    }

    private void onEnd(Shot shot) {
        listener.accept(shot);
        if (times == null) {
            fill();
        } else {
            dispatch();
            endIfDone();
        }
    }

    private void endIfDone() {
        if (allIssued && unfinished() == 0) {
            ended.complete(null);
        }
    }
}
