package flotilla.load;

import java.util.concurrent.Executor;

/** One thread and its clock. What it runs is run one at a time, so state that only it touches needs no lock. */
interface EventLoop extends Executor {
    /** Nanoseconds since some fixed moment; may be read from any thread. */
    long nanos();

    /** Runs a task when so many nanoseconds are over. */
    void after(long nanos, Runnable task);
}
