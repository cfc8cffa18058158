package flotilla.gateway;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.http.impl.engine.http2.TelemetrySpi;
import org.apache.pekko.http.scaladsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.HttpResponse;
import org.apache.pekko.stream.scaladsl.BidiFlow;
import org.apache.pekko.stream.scaladsl.Flow;
import org.apache.pekko.stream.scaladsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * Where each new connection of the HTTP server passes before the server sees it. The server names this class in {@code
 * pekko.http.http2-telemetry-class}: that interface, made for instrumentation, is the one place at which a connection's bytes
 * can be reached while the server goes on to speak HTTP/1 and HTTP/2.
 */
public final class ServerConnections implements TelemetrySpi {
    /**
     * How a port's connections are guarded.
     *
     * @param longestHeaderBlock of a request over HTTP/2, in bytes
     */
    record Guarding(ConnectionWatch watch, int longestHeaderBlock) {
        private Flow<ByteString, ByteString, NotUsed> around(Tcp.IncomingConnection incoming) {
            org.apache.pekko.stream.javadsl.Flow<ByteString, ByteString, NotUsed> watched =
                    watch.guard(incoming.remoteAddress(), incoming.flow().asJava());
            return org.apache.pekko.stream.javadsl.BidiFlow.fromGraph(
                            new Http2Guard(incoming.remoteAddress(), longestHeaderBlock))
                    .join(watched)
                    .asScala();
        }
    }

    /** The watches of one actor system, by the port that each is for. */
    static final class Watches implements Extension {
        private final Map<Integer, Guarding> byPort = new ConcurrentHashMap<>();
        private final AtomicReference<CompletableFuture<Void>> allKnown =
                new AtomicReference<>(CompletableFuture.completedFuture(null));

        /** A port is about to be bound: its first connections come before it can be added, and wait until this is completed. */
        CompletableFuture<Void> expect() {
            CompletableFuture<Void> known = new CompletableFuture<>();
            allKnown.updateAndGet(before -> before.isDone() ? known : CompletableFuture.allOf(before, known));
            return known;
        }

        void add(int port, Guarding guarding) {
            byPort.put(port, guarding);
        }

        void remove(int port, Guarding guarding) {
            byPort.remove(port, guarding);
        }

        /** How many connections a port has; 0 for one that is not watched. */
        int open(int port) {
            Guarding guarding = byPort.get(port);
            return guarding == null ? 0 : guarding.watch().open();
        }

        /** The same connection, guarded as its port is, as soon as that is known: until then nothing is read of it. */
        Tcp.IncomingConnection guard(Tcp.IncomingConnection incoming) {
            CompletableFuture<Void> known = allKnown.get();
            return known.isDone()
                    ? guardIfWatched(incoming)
                    : saying(
                            incoming,
                            org.apache.pekko.stream.javadsl.Flow.completionStageFlow(known.thenApply(done ->
                                            guardIfWatched(incoming).flow().asJava()))
                                    .mapMaterializedValue(later -> NotUsed.getInstance())
                                    .asScala());
        }

        private Tcp.IncomingConnection guardIfWatched(Tcp.IncomingConnection incoming) {
            Guarding guarding = byPort.get(incoming.localAddress().getPort());
            return guarding == null ? incoming : saying(incoming, guarding.around(incoming));
        }

        private static Tcp.IncomingConnection saying(
                Tcp.IncomingConnection incoming, Flow<ByteString, ByteString, NotUsed> flow) {
            return new Tcp.IncomingConnection(incoming.localAddress(), incoming.remoteAddress(), flow);
        }
    }

    private static final ExtensionId<Watches> WATCHES = new ExtensionId<>() {
        @Override
        public Watches createExtension(ActorSystem<?> system) {
            return new Watches();
        }
    };

    private final Watches watches;

    /** Called by the HTTP server. */
    public ServerConnections(org.apache.pekko.actor.ActorSystem system) {
        this.watches = watches(Adapter.toTyped(system));
    }

    static Watches watches(ActorSystem<?> system) {
        return system.registerExtension(WATCHES);
    }

    @Override
    public Flow<Tcp.IncomingConnection, Tcp.IncomingConnection, NotUsed> serverBinding() {
        return org.apache.pekko.stream.javadsl.Flow.<Tcp.IncomingConnection>create()
                .map(watches::guard)
                .asScala();
    }

    @Override
    public BidiFlow<HttpResponse, HttpResponse, HttpRequest, HttpRequest, NotUsed> serverConnection() {
        return org.apache.pekko.stream.javadsl.BidiFlow.<HttpResponse, HttpRequest>identity()
                .asScala();
    }

    @Override
    public BidiFlow<HttpRequest, HttpRequest, HttpResponse, HttpResponse, NotUsed> client() {
        return org.apache.pekko.stream.javadsl.BidiFlow.<HttpRequest, HttpResponse>identity()
                .asScala();
    }
}
