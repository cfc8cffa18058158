package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.gateway.RequestsInProgress.Place;
import flotilla.protocol.Patience;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpProtocols;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * The open connections of one port, and which of them have a request under way. One that has none for longer than the
 * header time-out is closed: nobody holds connections here by not sending. Time in which a request is read or waits for its
 * answer never counts, however long that is. When the port is drained, each is closed as soon as nothing is under way on it.
 * Whoever waits for the sake of a request can have itself told when its client has gone. Each request has a place among those
 * in progress until its answer has left or its client is seen to go; one without a place is the last of its connection, and nobody
 * waits for its body.
 *
 * <p>For all threads.
 */
final class ConnectionWatch {
    /** What is known of one connection. */
    static final class Connection {
        private int underWay;
        /** Answers in one piece of which nothing has left since they were given. */
        private int unsent;
        /** Whether the last answer was in pieces, of which nobody can tell here when the last one has left. */
        private boolean inPieces;

        private final Semaphore lingering;
        private volatile boolean unread;
        private long quietSince = System.nanoTime();
        private volatile Runnable drain = () -> {};
        private volatile Runnable look = () -> {};
        private final Set<Runnable> farewells = ConcurrentHashMap.newKeySet();
        private volatile boolean gone;

        /**
         * @param lingering of which each connection takes one while its client sends what nobody reads
         */
        Connection(Semaphore lingering) {
            this.lingering = lingering;
        }

        /** What to do when the port is drained. */
        void onDrain(Runnable action) {
            drain = action;
        }

        /** What to do so that a client who goes is seen before its answer is sent. */
        void onLook(Runnable action) {
            look = action;
        }

        /** Whether an answer was given before its request had come to its end; it is the last one then. */
        boolean isUnread() {
            return unread;
        }

        /** Whether it may stay for that; {@link #lingered} is to follow. */
        boolean mayLinger() {
            return lingering.tryAcquire();
        }

        void lingered() {
            lingering.release();
        }

        /** The client has gone. */
        void gone() {
            gone = true;
            farewells.forEach(this::bid);
        }

        /** As far as it is seen to go without being looked at. */
        private Runnable atItsEnd(Runnable action) {
            farewells.add(action);
            // It may have gone before this could be seen.
            if (gone) {
                bid(action);
            }
            return () -> farewells.remove(action);
        }

        private Runnable whenGone(Runnable action) {
            Runnable forget = atItsEnd(action);
            if (!gone) {
                look.run();
            }
            return forget;
        }

        private void bid(Runnable farewell) {
            if (farewells.remove(farewell)) {
                farewell.run();
            }
        }

        synchronized void begin() {
            underWay++;
        }

        /** An answer in one piece is given, or there will be none. */
        synchronized void end() {
            end(false);
            unsent++;
        }

        /** An answer in pieces has come to its end. */
        synchronized void endInPieces() {
            end(true);
        }

        private void end(boolean pieces) {
            underWay--;
            inPieces = pieces;
            quietSince = System.nanoTime();
        }

        /** Bytes leave for the client. */
        synchronized void sent() {
            unsent = Math.max(0, unsent - 1);
        }

        /** Whether an answer in one piece was given and is still to leave. */
        synchronized boolean isUnsent() {
            return unsent > 0;
        }

        /** Whether the last answer has left for certain. */
        synchronized boolean isSent() {
            return unsent == 0 && !inPieces;
        }

        /** For how long it has had no request; empty while it has one. */
        synchronized Optional<Duration> quiet() {
            return underWay > 0 ? Optional.empty() : Optional.of(Duration.ofNanos(System.nanoTime() - quietSince));
        }
    }

    private static final AttributeKey<Connection> CONNECTION = AttributeKey.create("connection", Connection.class);

    /** On an answer over HTTP/1: no other follows on this connection. */
    private static final HttpHeader LAST = HttpHeader.parse("Connection", "close");

    /** What is thrown away of a body that nobody wants, in images of the greatest size. */
    private static final int IMAGES_LEFT = 10;

    /** How often connections are looked at while there is no place, for clients that have gone and still have one. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final HttpSettings settings;
    private final boolean tls;
    private final Materializer materializer;
    private final Map<InetSocketAddress, Connection> open = new ConcurrentHashMap<>();
    private final CompletableFuture<Done> drained = new CompletableFuture<>();
    /** The server no longer counts those connections, so that they have a limit of their own. */
    private final Semaphore lingering;

    private final RequestsInProgress requests;
    private final Patience.Timer timer;
    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime() - LOOK_EVERY.toNanos());

    private volatile boolean draining;

    /**
     * @param tls whether what goes over the connections is not HTTP to be read here
     */
    ConnectionWatch(ActorSystem<?> system, HttpSettings settings, boolean tls, Patience.Timer timer) {
        this.settings = settings;
        this.tls = tls;
        this.requests = new RequestsInProgress(settings.maxConnections());
        this.timer = timer;
        this.materializer = Materializer.matFromSystem(system);
        this.lingering = new Semaphore(settings.maxConnections());
    }

    /** The bytes of a new connection as they may pass. */
    Flow<ByteString, ByteString, NotUsed> guard(InetSocketAddress client, Flow<ByteString, ByteString, NotUsed> bytes) {
        Connection connection = new Connection(lingering);
        BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> guarded =
                BidiFlow.fromGraph(new ConnectionGuard(
                        connection,
                        settings.limits().headerTimeout(),
                        tls,
                        () -> open.put(client, connection),
                        () -> {
                            open.remove(client, connection);
                            lookWhetherDrained();
                        },
                        () -> draining));
        Flow<ByteString, ByteString, NotUsed> watched = guarded.join(bytes);
        return tls ? watched : watched.via(UpgradeFilter.flow());
    }

    /**
     * Answers a request, which is under way until the last byte of its answer and knows its connection. What the answer leaves unread of
     * its body is read before it is given.
     */
    CompletionStage<HttpResponse> during(
            HttpRequest request, Function<HttpRequest, CompletionStage<HttpResponse>> answer) {
        Connection connection = find(request).orElseGet(() -> new Connection(lingering));
        RequestBody body = new RequestBody(
                request,
                IMAGES_LEFT * settings.maxImageSize(),
                settings.limits().uploadStall());
        Optional<Place> place = requests.enter();
        if (place.isEmpty()) {
            lookWhoHasGone();
        }
        HttpRequest known = body.request().addAttribute(CONNECTION, connection);
        connection.begin();
        Runnable over = place.map(taken -> untilGone(taken, connection)).orElse(() -> {});
        return answer.apply(place.isPresent() ? known : RequestsInProgress.withoutPlace(known))
                .thenCompose(response -> {
                    // Over HTTP/2 a request needs no connection of its own: one of which nothing but its
                    // body is left does not take a place from others.
                    if (!isHttp1(request) && response.entity().isStrict()) {
                        over.run();
                    }
                    CompletionStage<Done> left = body.leave(materializer);
                    return place.isPresent() ? left.thenApply(done -> response) : Answers.done(response);
                })
                .whenComplete((response, failure) -> {
                    connection.unread = isHttp1(request) && !body.isRead();
                    if (failure != null || response.entity().isStrict()) {
                        connection.end();
                        over.run();
                    }
                })
                .thenApply(
                        response -> response.entity().isStrict() ? response : untilItsEnd(response, connection, over))
                .thenApply(response ->
                        (draining || place.isEmpty()) && isHttp1(request) ? response.addHeader(LAST) : response);
    }

    /** Gives the place back when the client is seen to go; what is returned does so before. */
    private static Runnable untilGone(Place place, Connection connection) {
        Runnable forget = connection.atItsEnd(place::leave);
        return () -> {
            forget.run();
            place.leave();
        };
    }

    private void lookWhoHasGone() {
        long now = System.nanoTime();
        long before = lookedAt.get();
        if (now - before >= LOOK_EVERY.toNanos() && lookedAt.compareAndSet(before, now)) {
            open.values().forEach(connection -> connection.look.run());
        }
    }

    /**
     * Has {@code action} run once when the request's client has closed its connection, or only its side of it, or at once when
     * it has. A client that sends more before it has its answer is not seen to go, nor one of HTTP/2 that only gives up a request.
     *
     * @param action for any thread; must not block
     * @return forgets the action, which is to be done when the request is answered
     */
    static Runnable whenGone(HttpRequest request, Runnable action) {
        return request.getAttribute(CONNECTION)
                .map(connection -> connection.whenGone(action))
                .orElse(() -> {});
    }

    /**
     * Ends each connection as soon as it has no request and its last answer was written, and those that are opened later as
     * well. May be called again.
     *
     * @return completes when none is open
     */
    CompletionStage<Done> drain() {
        draining = true;
        open.values().forEach(connection -> connection.drain.run());
        lookWhetherDrained();
        return drained;
    }

    private void lookWhetherDrained() {
        if (draining && open.isEmpty()) {
            drained.complete(Done.getInstance());
        }
    }

    static boolean isHttp1(HttpRequest request) {
        return request.protocol().equals(HttpProtocols.HTTP_1_1)
                || request.protocol().equals(HttpProtocols.HTTP_1_0);
    }

    /** How many connections are open. */
    int open() {
        return open.size();
    }

    private HttpResponse untilItsEnd(HttpResponse response, Connection connection, Runnable over) {
        HttpResponse watched =
                response.transformEntityDataBytes(Flow.<ByteString>create().watchTermination((none, ended) -> {
                    ended.whenComplete((done, failure) -> connection.endInPieces());
                    return none;
                }));
        return AnswerEnd.told(watched, timer, over);
    }

    private Optional<Connection> find(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(ConnectionWatch::socketAddress)
                .map(open::get);
    }

    private static Optional<InetSocketAddress> socketAddress(RemoteAddress client) {
        return client.getAddress().map(address -> new InetSocketAddress(address, client.getPort()));
    }
}
