package flotilla.gateway;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

/**
 * Where each new connection of the HTTP server passes before the server sees it. The server names this class in {@code
 * pekko.http.http2-telemetry-class}: that interface, made for instrumentation, is the one place at which a connection's bytes
 * can be reached while the server goes on to speak HTTP/1 and HTTP/2.
 */
public final class ServerConnections implements TelemetrySpi {
    /** The watches of one actor system, by the port that each is for. */
    static final class Watches implements Extension {
        private final Map<Integer, ConnectionWatch> byPort = new ConcurrentHashMap<>();

        void add(int port, ConnectionWatch watch) {
            byPort.put(port, watch);
        }

        void remove(int port, ConnectionWatch watch) {
            byPort.remove(port, watch);
        }

        /** How many connections a port has; 0 for one that is not watched. */
        int open(int port) {
            ConnectionWatch watch = byPort.get(port);
            return watch == null ? 0 : watch.open();
        }

        private Tcp.IncomingConnection guard(Tcp.IncomingConnection incoming) {
            ConnectionWatch watch = byPort.get(incoming.localAddress().getPort());
            return watch == null
                    ? incoming
                    : new Tcp.IncomingConnection(
                            incoming.localAddress(),
                            incoming.remoteAddress(),
                            watch.guard(
                                            incoming.remoteAddress(),
                                            incoming.flow().asJava())
                                    .asScala());
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
