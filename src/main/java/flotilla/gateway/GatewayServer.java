package flotilla.gateway;

import flotilla.config.HttpSettings;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.ServerBuilder;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.function.Function;

/** Binds the gateway's port, and watches over its connections. */
final class GatewayServer {
    private GatewayServer() {}

    /** Serves the routes; fails when the port cannot be bound. */
    static CompletionStage<ServerBinding> bind(
            ActorSystem<?> system, HttpSettings settings, Optional<PemTls> tls, Route routes) {
        ConnectionWatch watch = new ConnectionWatch(settings.limits().headerTimeout(), tls.isPresent());
        ServerConnections.Watches watches = ServerConnections.watches(system);
        Function<HttpRequest, CompletionStage<HttpResponse>> handler = routes.handler(system);
        Function<HttpRequest, CompletionStage<HttpResponse>> watched =
                request -> watch.during(request, () -> answer(handler, request));
        return server(system, settings, tls).bind(watched).thenApply(bound -> {
            int port = bound.localAddress().getPort();
            watches.add(port, watch);
            bound.whenTerminated().thenRun(() -> watches.remove(port, watch));
            return bound;
        });
    }

    private static ServerBuilder server(ActorSystem<?> system, HttpSettings settings, Optional<PemTls> tls) {
        ServerBuilder server = Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(ServerTimeouts.settings(system, settings));
        return tls.map(pair -> server.enableHttps(ConnectionContext.httpsServer(pair::engine)))
                .orElse(server);
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
