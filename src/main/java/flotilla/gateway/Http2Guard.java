package flotilla.gateway;

import flotilla.gateway.Http2Limits.Excess;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes a connection's bytes both ways, and ends it as soon as its client is beyond {@link Http2Limits}. */
final class Http2Guard extends ByteDuplex {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Guard.class);

    /** In a GOAWAY frame: no stream is promised not to have been worked on. */
    private static final int ANY_STREAM = Integer.MAX_VALUE;

    private final InetSocketAddress client;
    private final int longestHeaderBlock;

    /** @param longestHeaderBlock see {@link Http2Limits} */
    Http2Guard(InetSocketAddress client, int longestHeaderBlock) {
        super("Http2Guard");
        this.client = client;
        this.longestHeaderBlock = longestHeaderBlock;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final Http2Limits limits = new Http2Limits(longestHeaderBlock);

        Logic() {
            super(shape());
            setHandler(fromServer, new AbstractInHandler() {
                @Override
                public void onPush() {
                    passToClient(grab(fromServer));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(toClient);
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    fail(toClient, failure);
                }
            });
            setHandler(toClient, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(fromServer);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(fromServer, cause);
                }
            });
            setHandler(fromClient, new AbstractInHandler() {
                @Override
                public void onPush() {
                    passToServer(grab(fromClient));
                }

                @Override
                public void onUpstreamFinish() {
                    complete(toServer);
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    fail(toServer, failure);
                }
            });
            setHandler(toServer, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(fromClient);
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    cancel(fromClient, cause);
                }
            });
        }

        private void passToClient(ByteString bytes) {
            if (bytes.startsWith(SWITCHED, 0)) {
                Optional<Excess> early = limits.upgraded();
                if (early.isPresent()) {
                    // It speaks HTTP/1 still: nothing of HTTP/2 is for it.
                    LOG.info(
                            "connection of {} cut off for {}",
                            client,
                            early.get().what());
                    fail(toClient, end(early.get().what()));
                    return;
                }
            }
            bytes.getByteBuffers().forEach(limits::sent);
            push(toClient, bytes);
            if (limits.isOver()) {
                end("connection ended with an error");
                complete(toClient);
            }
        }

        private void passToServer(ByteString bytes) {
            for (ByteBuffer piece : bytes.getByteBuffers()) {
                Optional<Excess> excess = limits.received(piece);
                if (excess.isPresent()) {
                    cutOff(excess.get());
                    return;
                }
            }
            push(toServer, bytes);
        }

        /** A client that does not even read hears nothing. */
        private void cutOff(Excess excess) {
            LOG.info("connection of {} cut off for {}", client, excess.what());
            StreamTcpException gone = end(excess.what());
            if (isAvailable(toClient)) {
                push(toClient, goaway(excess.errorCode()));
                complete(toClient);
            } else {
                fail(toClient, gone);
            }
        }

        /** The server sees a client that has gone. */
        private StreamTcpException end(String why) {
            StreamTcpException gone = new StreamTcpException(why);
            fail(toServer, gone);
            cancel(fromServer);
            cancel(fromClient);
            return gone;
        }

        private static ByteString goaway(int errorCode) {
            ByteBuffer frame = ByteBuffer.allocate(Http2Frames.HEAD + 8)
                    .putInt(8 << 8 | Http2Frames.GOAWAY)
                    .put((byte) 0)
                    .putInt(0)
                    .putInt(ANY_STREAM)
                    .putInt(errorCode)
                    .flip();
            return ByteString.fromByteBuffer(frame);
        }
    }
}
