package flotilla.gateway;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The body of one request, of which a handler may read as much as it likes, or nothing. What it leaves is read and thrown away
 * before the answer is given. For an answer that comes earlier is the last one on its connection, and many clients never hear it: they
 * read when they have sent everything, and a connection that is closed while bytes still come is reset. A body that is cancelled
 * before the answer even takes the connection with it, so it never is.
 *
 * <p>The answer waits no longer than its sender sends, and not for ever: then it goes out as it is. A client that asks first whether it shall
 * send ({@code Expect}) is answered without its body.
 */
final class RequestBody {
    /** Somebody still wants to read what the answer did without. */
    private static final class AnsweredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AnsweredException() {
            super("the request is answered", null, false, false);
        }
    }

    private static final int LOOKS_PER_STALL = 10;
    private static final String LOOK = "look";
    private static final String LEAVE = "leave";

    private final long mostLeft;
    private final Duration stall;
    private final boolean asksFirst;
    private final HttpRequest request;
    /** Completed when there is nothing more to wait for. */
    private final CompletableFuture<Done> over = new CompletableFuture<>();

    /** Tells the stage that nobody reads any more; empty until somebody does. */
    private final AtomicReference<AsyncCallback<Done>> nobodyReads = new AtomicReference<>();

    private volatile boolean read;

    /**
     * @param mostLeft bytes that are thrown away at most
     * @param stall how long the answer waits for the rest, and how long without a byte
     */
    RequestBody(HttpRequest original, long mostLeft, Duration stall) {
        this.mostLeft = mostLeft;
        this.stall = stall;
        // Over HTTP/2 nobody is told to send: the server does not wait there.
        this.asksFirst = original.getHeader("Expect").isPresent() && ConnectionWatch.isHttp1(original);
        if (original.entity().isStrict()) {
            this.request = original;
            end(true);
        } else {
            this.request = original.withEntity(kept(original.entity()));
        }
    }

    /** Of the same length: HTTP/1.0 knows none that are told as they come. */
    private RequestEntity kept(RequestEntity entity) {
        ContentType type = entity.getContentType();
        Source<ByteString, Object> bytes =
                entity.withoutSizeLimit().getDataBytes().via(new Keep());
        return entity.getContentLengthOption().isPresent()
                ? HttpEntities.create(type, entity.getContentLengthOption().getAsLong(), bytes)
                : HttpEntities.createChunked(type, bytes);
    }

    /** The request for its handler. */
    HttpRequest request() {
        return request;
    }

    /**
     * Reads what no handler has read; to be called when the answer is known. Who still reads sees a failure. Completes, and never fails,
     * when the answer may be given.
     */
    CompletionStage<Done> leave(Materializer materializer) {
        if (over.isDone() || asksFirst && nobodyReads.get() == null) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        AsyncCallback<Done> reading = nobodyReads.get();
        if (reading == null) {
            request.entity().getDataBytes().runWith(Sink.cancelled(), materializer);
        } else {
            reading.invoke(Done.getInstance());
        }
        return over.copy().completeOnTimeout(Done.getInstance(), stall.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether it has come to its end, so that nothing of it is still on its way. */
    boolean isRead() {
        return read;
    }

    private void end(boolean whole) {
        read |= whole;
        over.complete(Done.getInstance());
    }

    /** Passes the bytes; when nobody wants them any more, reads on and throws them away. */
    private final class Keep extends GraphStage<FlowShape<ByteString, ByteString>> {
        private final Inlet<ByteString> in = Inlet.create("RequestBody.in");
        private final Outlet<ByteString> out = Outlet.create("RequestBody.out");
        private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

        @Override
        public FlowShape<ByteString, ByteString> shape() {
            return shape;
        }

        @Override
        public GraphStageLogic createLogic(Attributes attributes) {
            Logic logic = new Logic();
            nobodyReads.set(logic.nobodyReads());
            return logic;
        }

        private final class Logic extends TimerGraphStageLogic {
            private boolean unwanted;
            private long thrownAway;
            private long waitingSince = System.nanoTime();

            Logic() {
                super(shape);
                setHandler(in, new AbstractInHandler() {
                    @Override
                    public void onPush() {
                        ByteString bytes = grab(in);
                        if (unwanted) {
                            throwAway(bytes);
                        } else {
                            push(out, bytes);
                        }
                    }

                    @Override
                    public void onUpstreamFinish() {
                        end(true);
                        completeStage();
                    }
                });
                setHandler(out, new AbstractOutHandler() {
                    @Override
                    public void onPull() {
                        more();
                    }

                    @Override
                    public void onDownstreamFinish(Throwable cause) {
                        readOn();
                    }
                });
            }

            AsyncCallback<Done> nobodyReads() {
                return createAsyncCallback(answered -> {
                    if (!unwanted) {
                        fail(out, new AnsweredException());
                        readOn();
                    }
                });
            }

            private void readOn() {
                unwanted = true;
                if (!hasBeenPulled(in)) {
                    more();
                }
                look();
                Duration every = stall.dividedBy(LOOKS_PER_STALL);
                scheduleWithFixedDelay(LOOK, every, every);
            }

            private void more() {
                waitingSince = System.nanoTime();
                pull(in);
            }

            private void throwAway(ByteString bytes) {
                thrownAway += bytes.size();
                if (thrownAway > mostLeft) {
                    giveUp();
                } else {
                    more();
                }
            }

            @Override
            public void onTimer(Object key) {
                if (key.equals(LOOK)) {
                    look();
                } else {
                    completeStage();
                }
            }

            private void look() {
                if (hasBeenPulled(in) && System.nanoTime() - waitingSince >= stall.toNanos()) {
                    giveUp();
                }
            }

            /** The answer may be given now. It ends a connection of HTTP/1; one of HTTP/2 goes on, without this body. */
            private void giveUp() {
                end(false);
                cancelTimer(LOOK);
                scheduleOnce(LEAVE, stall);
            }

            @Override
            public void postStop() {
                end(false);
            }
        }
    }
}
