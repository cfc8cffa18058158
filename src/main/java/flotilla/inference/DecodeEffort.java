package flotilla.inference;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The processor time that one image may take, counted for the thread that decodes it: waiting for others costs an image
 * nothing. Decoders are asked to look at it while they read and every few rows. Belongs to one thread.
 */
final class DecodeEffort {
    /** How much an image may take, and what is looked at for it. */
    record Limit(Duration most, LongSupplier nanos) {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        /** Processor time, or where the JVM does not know it, time. */
        static Limit of(Duration most) {
            boolean known = THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
            return new Limit(most, known ? THREADS::getCurrentThreadCpuTime : System::nanoTime);
        }

        /** A new image's. */
        DecodeEffort start() {
            return new DecodeEffort(this, nanos.getAsLong());
        }
    }

    /** The image has taken too much. */
    static final class SpentException extends IOException {
        private static final long serialVersionUID = 1L;

        private SpentException(String message) {
            super(message);
        }
    }

    private final Limit limit;
    private final long since;

    private DecodeEffort(Limit limit, long since) {
        this.limit = limit;
        this.since = since;
    }

    boolean isSpent() {
        return limit.nanos().getAsLong() - since > limit.most().toNanos();
    }

    /** For whoever may fail. */
    void check() throws SpentException {
        if (isSpent()) {
            throw new SpentException(reason());
        }
    }

    /** In one line, for whoever sent the image. */
    String reason() {
        return "decoding it takes longer than " + limit.most().toMillis() / 1000.0 + " s";
    }
}
