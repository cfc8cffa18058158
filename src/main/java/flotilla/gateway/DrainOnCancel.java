package flotilla.gateway;

import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Passes the bytes of a form's part; when nobody wants them any more, reads on and throws them away, up to a limit. Else the parts
 * after a refused one could not be read.
 */
final class DrainOnCancel extends GraphStage<FlowShape<ByteString, ByteString>> {
    private final Inlet<ByteString> in = Inlet.create("DrainOnCancel.in");
    private final Outlet<ByteString> out = Outlet.create("DrainOnCancel.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final long mostBytes;

    /**
     * @param mostBytes thrown away at most; then the body is cancelled after all
     */
    DrainOnCancel(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new GraphStageLogic(shape) {
            private boolean draining;
            private long drained;

            {
                setHandler(in, new AbstractInHandler() {
                    @Override
                    public void onPush() {
                        ByteString bytes = grab(in);
                        if (!draining) {
                            push(out, bytes);
                            return;
                        }
                        drained += bytes.size();
                        if (drained > mostBytes) {
                            completeStage();
                        } else {
                            pull(in);
                        }
                    }
                });
                setHandler(out, new AbstractOutHandler() {
                    @Override
                    public void onPull() {
                        pull(in);
                    }

                    @Override
                    public void onDownstreamFinish(Throwable cause) {
                        draining = true;
                        if (!isClosed(in) && !hasBeenPulled(in)) {
                            pull(in);
                        }
                    }
                });
            }
        };
    }
}
