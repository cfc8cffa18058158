package flotilla.gateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * The open connections of one port, and which of them have a request under way. One that has none for longer than the
 * header time-out is closed: nobody holds connections here by not sending. Time in which a request is read or waits for its
 * answer never counts, however long that is.
 *
 * <p>For all threads.
 */
final class ConnectionWatch {
    /** What is known of one connection. */
    static final class Connection {
        private int underWay;
        private long quietSince = System.nanoTime();

        synchronized void begin() {
            underWay++;
        }

        synchronized void end() {
            underWay--;
            quietSince = System.nanoTime();
        }

        /** For how long it has had no request; empty while it has one. */
        synchronized Optional<Duration> quiet() {
            return underWay > 0 ? Optional.empty() : Optional.of(Duration.ofNanos(System.nanoTime() - quietSince));
        }
    }

    private final Duration headerTimeout;
    private final boolean tls;
    private final Map<InetSocketAddress, Connection> open = new ConcurrentHashMap<>();

    /**
     * @param headerTimeout from the opening of a connection, and from each answer, to the end of the next request's header
     * @param tls whether what goes over the connections is not HTTP to be read here
     */
    ConnectionWatch(Duration headerTimeout, boolean tls) {
        this.headerTimeout = headerTimeout;
        this.tls = tls;
    }

    /** The bytes of a new connection as they may pass. */
    Flow<ByteString, ByteString, NotUsed> guard(InetSocketAddress client, Flow<ByteString, ByteString, NotUsed> bytes) {
        Connection connection = new Connection();
        BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> guarded =
                BidiFlow.fromGraph(new ConnectionGuard(
                        connection,
                        headerTimeout,
                        tls,
                        () -> open.put(client, connection),
                        () -> open.remove(client, connection)));
        Flow<ByteString, ByteString, NotUsed> watched = guarded.join(bytes);
        return tls ? watched : watched.via(UpgradeFilter.flow());
    }

    /** Answers a request, which is under way until the last byte of its answer. */
    CompletionStage<HttpResponse> during(HttpRequest request, Supplier<CompletionStage<HttpResponse>> answer) {
        Connection connection = find(request).orElseGet(Connection::new);
        connection.begin();
        return answer.get()
                .whenComplete((response, failure) -> {
                    if (failure != null || response.entity().isStrict()) {
                        connection.end();
                    }
                })
                .thenApply(response -> response.entity().isStrict() ? response : untilItsEnd(response, connection));
    }

    /** How many connections are open. */
    int open() {
        return open.size();
    }

    private static HttpResponse untilItsEnd(HttpResponse response, Connection connection) {
        return response.transformEntityDataBytes(Flow.<ByteString>create().watchTermination((none, ended) -> {
            ended.whenComplete((done, failure) -> connection.end());
            return none;
        }));
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
