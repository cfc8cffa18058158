package flotilla.gateway;

import flotilla.gateway.ConnectionWatch.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Passes a connection's bytes both ways, and ends it when it has had no request for too long, or has none while the port is
 * drained. A client that has begun one is told so (408) where that can be said: over plain HTTP/1.
 *
 * <p>The server reads nothing while it answers a request of HTTP/1, and what is not read does not tell that the client has gone.
 * So where that is asked for, the guard reads on, and holds what it has read until the server asks: one chunk at most.
 */
final class ConnectionGuard extends ByteDuplex {
    /** What a client hears whose header does not come to its end. */
    private static final String TOO_SLOW = Problem.headerTooSlow().toHttp1();

    /** How a connection over HTTP/2 begins. */
    private static final ByteString HTTP2 = ByteString.fromString("PRI * HTTP/2");

    /**
     * How long a client may still send after an answer that did not wait for that, in all and without a byte: a connection
     * that is closed before its bytes are read is reset, and the answer may be lost.
     */
    private static final Duration LINGER = Duration.ofSeconds(30);

    private static final Duration LINGER_SILENCE = Duration.ofSeconds(5);

    private static final String LINGERED = "lingered";
    private static final String SILENCE = "silence";
    private static final String DRAIN = "drain";

    /** How often a connection is looked at while it is drained. */
    private static final Duration LOOK = Duration.ofMillis(50);

    /**
     * How long after an answer a drained connection is kept where bytes do not tell that it has left: over TLS, in HTTP/2 and
     * after an answer in chunks.
     */
    private static final Duration LAST_BYTES = Duration.ofMillis(500);

    /** After so many time-outs an answer that has not left never will. */
    private static final int MOST_TIMEOUTS = 10;

    private static final class SilentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SilentException() {
            super("no request for too long", null, false, false);
        }
    }

    private final Connection connection;
    private final Duration timeout;
    private final boolean tls;
    private final Runnable opened;
    private final Runnable closed;
    private final BooleanSupplier draining;

    /**
     * @param timeout how long the connection may have no request
     * @param opened called when the connection is in use, and {@code closed} when it is so no more
     * @param draining whether it is to end as soon as it has no request
     */
    ConnectionGuard(
            Connection connection,
            Duration timeout,
            boolean tls,
            Runnable opened,
            Runnable closed,
            BooleanSupplier draining) {
        super("ConnectionGuard");
        this.connection = connection;
        this.timeout = timeout;
        this.tls = tls;
        this.opened = opened;
        this.closed = closed;
        this.draining = draining;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final AsyncCallback<Done> drain = createAsyncCallback(done -> onDrain());
        private final AsyncCallback<Done> look = createAsyncCallback(done -> onLook());
        /** Read before the server asked for it; it is not empty when there is any. */
        private ByteString early = ByteString.emptyByteString();

        private boolean http1 = !tls;
        private boolean first = true;
        /** Whether the client has sent anything since its last answer. */
        private boolean begun;
        /** Whether the server has ended, and the client still sends what nobody reads. */
        private boolean lingering;

        private long heardAt;
        private long lingersSince;

        Logic() {
            super(shape());
            passFromServer();
            passFromClient();
        }

        private void passFromServer() {
            setHandler(fromServer, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString bytes = grab(fromServer);
                    begun = false;
                    connection.sent();
                    if (bytes.startsWith(SWITCHED, 0)) {
                        http1 = false;
                    }
                    push(toClient, bytes);
                }

                @Override
                public void onUpstreamFinish() {
                    if (isLeft()) {
                        linger();
                    } else {
                        complete(toClient);
                    }
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    fail(toClient, failure);
                }
            });
            setHandler(toClient, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    if (!isClosed(fromServer)) {
                        pull(fromServer);
                    }
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    connection.gone();
                    if (lingering) {
                        completeStage();
                    } else {
                        cancel(fromServer, cause);
                    }
                }
            });
        }

        private void passFromClient() {
            setHandler(fromClient, new AbstractInHandler() {
                @Override
                public void onPush() {
                    ByteString bytes = grab(fromClient);
                    if (lingering) {
                        heardAt = System.nanoTime();
                        pull(fromClient);
                    } else if (isAvailable(toServer)) {
                        passToServer(bytes);
                    } else {
                        early = bytes;
                    }
                }

                @Override
                public void onUpstreamFinish() {
                    connection.gone();
                    if (lingering) {
                        completeStage();
                    } else if (early.isEmpty()) {
                        complete(toServer);
                    }
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    connection.gone();
                    fail(toServer, failure);
                }
            });
            setHandler(toServer, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    if (!early.isEmpty()) {
                        ByteString bytes = early;
                        early = ByteString.emptyByteString();
                        passToServer(bytes);
                        if (isClosed(fromClient)) {
                            complete(toServer);
                        }
                    } else if (!hasBeenPulled(fromClient)) {
                        pull(fromClient);
                    }
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    if (!isLeft()) {
                        cancel(fromClient, cause);
                    } else if (isClosed(fromServer)) {
                        linger();
                    }
                }
            });
        }

        /** Whether the server reads no more of what the client still sends. */
        private boolean isLeft() {
            return connection.isUnread() && !isClosed(fromClient);
        }

        /** Reads on and throws away, until the client has closed, or sends nothing. */
        private void linger() {
            if (lingering) {
                return;
            }
            if (!connection.mayLinger()) {
                completeStage();
                return;
            }
            lingering = true;
            early = ByteString.emptyByteString();
            heardAt = System.nanoTime();
            lingersSince = heardAt;
            if (!hasBeenPulled(fromClient)) {
                pull(fromClient);
            }
            scheduleWithFixedDelay(LINGERED, LOOK, LOOK);
        }

        private boolean hasLingered() {
            long now = System.nanoTime();
            return draining.getAsBoolean()
                    || now - heardAt >= LINGER_SILENCE.toNanos()
                    || now - lingersSince >= LINGER.toNanos();
        }

        private void passToServer(ByteString bytes) {
            begun = true;
            if (first) {
                first = false;
                http1 = http1 && !bytes.startsWith(HTTP2, 0);
            }
            push(toServer, bytes);
        }

        private void onLook() {
            if (early.isEmpty() && !isClosed(fromClient) && !hasBeenPulled(fromClient)) {
                pull(fromClient);
            }
        }

        @Override
        public void preStart() {
            connection.onDrain(() -> drain.invoke(Done.getInstance()));
            connection.onLook(() -> look.invoke(Done.getInstance()));
            opened.run();
            scheduleOnce(SILENCE, timeout);
            if (draining.getAsBoolean()) {
                onDrain();
            }
        }

        private void onDrain() {
            scheduleWithFixedDelay(DRAIN, Duration.ZERO, LOOK);
        }

        @Override
        public void postStop() {
            if (lingering) {
                connection.lingered();
            }
            connection.gone();
            closed.run();
        }

        @Override
        public void onTimer(Object key) {
            Optional<Duration> quiet = connection.quiet();
            if (lingering) {
                if (hasLingered()) {
                    completeStage();
                }
            } else if (key.equals(DRAIN)) {
                if (quiet.isPresent() && isAvailable(toClient) && isOver(quiet.get())) {
                    completeStage();
                }
            } else if (quiet.isEmpty() || quiet.get().compareTo(timeout) < 0) {
                scheduleOnce(SILENCE, timeout.minus(quiet.orElse(Duration.ZERO)));
            } else if (isOnItsWay(quiet.get())) {
                scheduleOnce(SILENCE, timeout);
            } else {
                end();
            }
        }

        /** Whether the server still has an answer that was given: not the client is silent then, but this machine is slow. */
        private boolean isOnItsWay(Duration quiet) {
            return http1 && connection.isUnsent() && quiet.compareTo(timeout.multipliedBy(MOST_TIMEOUTS)) < 0;
        }

        /** Whether the last answer has been sent and no other request has begun, as far as can be seen here. */
        private boolean isOver(Duration quiet) {
            if (http1 && (begun || !early.isEmpty())) {
                return false;
            }
            return http1 && connection.isSent() || quiet.compareTo(LAST_BYTES) >= 0;
        }

        /** In good order when everything was written; a client that does not even read is cut off. */
        private void end() {
            if (!isAvailable(toClient)) {
                failStage(new SilentException());
                return;
            }
            if (begun && http1) {
                push(toClient, ByteString.fromString(TOO_SLOW));
            }
            completeStage();
        }
    }
}
