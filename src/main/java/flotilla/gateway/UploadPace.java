package flotilla.gateway;

import java.time.Duration;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Passes the bytes of an upload and fails with {@link TooSlowException} when its sender is too slow: when nothing comes for
 * {@code stall}, or when the time spent waiting for bytes exceeds {@code stall + bytes / rate}. Only waiting for the sender
 * counts, not the time in which nobody here asks for more, as while an upload waits for its turn.
 */
final class UploadPace extends GraphStage<FlowShape<ByteString, ByteString>> {
    /** The sender is too slow. */
    static final class TooSlowException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooSlowException(long bytes, long millis) {
            super(bytes + " bytes in " + millis + " ms", null, false, false);
        }
    }

    private static final int LOOKS_PER_STALL = 10;

    private final Inlet<ByteString> in = Inlet.create("UploadPace.in");
    private final Outlet<ByteString> out = Outlet.create("UploadPace.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final Duration stall;
    private final long rate;

    /**
     * @param stall the longest pause; it may be overrun by a tenth
     * @param rate bytes a second; 0 for any
     */
    UploadPace(Duration stall, long rate) {
        this.stall = stall;
        this.rate = rate;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private long bytes;
        private long waitedNanos;
        private long waitingSince;

        Logic() {
            super(shape);
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString chunk = grab(in);
                    waitedNanos += System.nanoTime() - waitingSince;
                    bytes += chunk.size();
                    push(out, chunk);
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    waitingSince = System.nanoTime();
                    pull(in);
                }
            });
        }

        @Override
        public void preStart() {
            Duration every = stall.dividedBy(LOOKS_PER_STALL);
            scheduleWithFixedDelay("look", every, every);
        }

        @Override
        public void onTimer(Object look) {
            if (!hasBeenPulled(in)) {
                return;
            }
            long pause = System.nanoTime() - waitingSince;
            long waited = waitedNanos + pause;
            if (pause >= stall.toNanos() || waited > allowedNanos()) {
                failStage(new TooSlowException(bytes, Duration.ofNanos(waited).toMillis()));
            }
        }

        private double allowedNanos() {
            return rate == 0 ? Double.MAX_VALUE : stall.toNanos() + bytes * 1e9 / rate;
        }
    }
}
