package flotilla.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/** How many streams of events are open for one client, up to a limit. Safe for all threads. */
final class StreamCount {
    private final String whose;
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param whose the client, for people
     * @param most streams at the same time
     */
    StreamCount(String whose, int most) {
        this.whose = whose;
        this.most = most;
    }

    /**
     * A stream begins, unless there are too many; {@link #leave} follows.
     *
     * @return whether it may
     */
    boolean enter() {
        return open.getAndUpdate(now -> Math.min(most, now + 1)) < most;
    }

    /** A stream that began has ended. */
    void leave() {
        open.decrementAndGet();
    }

    /** Why another one may not begin. */
    Problem full() {
        return Problem.tooManyStreams(whose, most);
    }
}
