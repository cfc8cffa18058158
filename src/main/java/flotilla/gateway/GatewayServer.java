package flotilla.gateway;

import flotilla.config.HttpSettings;
import flotilla.protocol.Patience;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.ServerBuilder;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.function.Function;

/** The gateway's bound port, with the watch over its connections. */
final class GatewayServer {
    /** What the server gets at least to cut off what has not ended by itself. */
    private static final Duration LAST = Duration.ofSeconds(1);

    /** How much longer than the longest header all headers of a request may be together, over HTTP/2, where they are compressed. */
    private static final int HEADERS_TO_ONE = 8;

    private final ServerBinding binding;
    private final ConnectionWatch watch;

    private GatewayServer(ServerBinding binding, ConnectionWatch watch) {
        this.binding = binding;
        this.watch = watch;
    }

    /** Serves the routes; fails when the port cannot be bound. */
    static CompletionStage<GatewayServer> bind(
            ActorSystem<?> system, HttpSettings settings, Optional<PemTls> tls, Route routes) {
        ConnectionWatch watch = new ConnectionWatch(system, settings, tls.isPresent(), Patience.Timer.common());
        ServerConnections.Guarding guarding = new ServerConnections.Guarding(watch, longestHeaderBlock(settings));
        ServerConnections.Watches watches = ServerConnections.watches(system);
        Function<HttpRequest, CompletionStage<HttpResponse>> handler = routes.handler(system);
        Function<HttpRequest, CompletionStage<HttpResponse>> watched =
                request -> watch.during(request, known -> answer(handler, known));
        ServerBuilder server = server(system, settings, tls);
        CompletableFuture<Void> known = watches.expect();
        return bind(server, watched)
                .thenApply(bound -> {
                    int port = bound.localAddress().getPort();
                    watches.add(port, guarding);
                    bound.whenTerminated().thenRun(() -> watches.remove(port, guarding));
                    return new GatewayServer(bound, watch);
                })
                .whenComplete((serving, failure) -> known.complete(null));
    }

    /** As a value also when it fails at once, such as while the actor system ends. */
    private static CompletionStage<ServerBinding> bind(
            ServerBuilder server, Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        try {
            return server.bind(handler);
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return binding.localAddress();
    }

    /**
     * Takes no more connections, and ends each as soon as its requests are answered and the answers are written. The
     * server's own end is kept for what is left then: it cuts off a connection whose answer was given but has not left yet.
     *
     * @param within after which connections that still have a request are cut off
     */
    CompletionStage<Done> stop(Duration within) {
        long start = System.nanoTime();
        return binding.unbind()
                .handle((unbound, failure) -> Done.getInstance())
                .thenCompose(done -> watch.drain()
                        .toCompletableFuture()
                        .copy()
                        .completeOnTimeout(Done.getInstance(), within.toMillis(), TimeUnit.MILLISECONDS))
                .thenCompose(done -> {
                    Duration left = within.minusNanos(System.nanoTime() - start);
                    return binding.terminate(left.compareTo(LAST) < 0 ? LAST : left);
                })
                .thenApply(terminated -> Done.getInstance());
    }

    private static ServerBuilder server(ActorSystem<?> system, HttpSettings settings, Optional<PemTls> tls) {
        ServerBuilder server = Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(ServerTimeouts.settings(system, settings));
        return tls.map(pair -> server.enableHttps(ConnectionContext.httpsServer(
                        () -> new Http2Engine(pair.engine(), new Http2Limits(longestHeaderBlock(settings))))))
                .orElse(server);
    }

    private static int longestHeaderBlock(HttpSettings settings) {
        return HEADERS_TO_ONE * settings.limits().maxHeaderSize();
    }

    private static CompletionStage<HttpResponse> answer(
            Function<HttpRequest, CompletionStage<HttpResponse>> handler, HttpRequest request) {
        try {
            return handler.apply(request);
        } catch (Exception e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
