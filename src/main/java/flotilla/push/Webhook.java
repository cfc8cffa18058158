package flotilla.push;

import flotilla.config.PushSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ClientTransport;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.http.javadsl.OutgoingConnection;
import org.apache.pekko.http.javadsl.OutgoingConnectionBuilder;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Posts messages to callback URLs, each over a connection of its own, which ends with the attempt however that ends. The name is
 * resolved for this one connection, every address that it has is checked, and the connection goes to one of those checked;
 * {@code Host}, server name and certificate are those of the name. Nothing that the receiver says leads anywhere else:
 * redirects are not followed, and of a body no more is read than a little, and thrown away.
 */
final class Webhook implements Carrier {
    private static final int MOST_ANSWER = 64 << 10;
    private static final String USER_AGENT = "flotilla";
    private static final int GONE = 410;

    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private final ActorSystem<?> system;
    private final PushSettings settings;
    private final CallbackRule rule;
    private final Resolver resolver;
    private final HttpsConnectionContext tls;
    private final Clock clock;

    /**
     * @param tls how certificates are checked
     */
    Webhook(ActorSystem<?> system, PushSettings settings, Resolver resolver, HttpsConnectionContext tls, Clock clock) {
        this.system = system;
        this.settings = settings;
        this.rule = new CallbackRule(settings);
        this.resolver = resolver;
        this.tls = tls;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Attempt> carry(Wish wish, Message message) {
        // The rule may have become stricter since the wish was taken.
        Optional<Attempt> refused = rule.refusal(wish.target()).map(refusal -> new Attempt.Failed(refusal.detail()));
        return refused.isPresent()
                ? CompletableFuture.completedFuture(refused.get())
                : post(Uri.create(wish.target()), wish, message);
    }

    private CompletionStage<Attempt> post(Uri uri, Wish wish, Message message) {
        // The status counts, whatever becomes of the body.
        AtomicReference<Attempt> heard = new AtomicReference<>();
        return Source.single(request(uri, wish.delivery(), message))
                .via(connection(uri, wish.failures().count()))
                .mapAsync(1, response -> {
                    heard.set(attempt(response));
                    return discard(response);
                })
                .completionTimeout(settings.timeout())
                .runWith(Sink.ignore(), system)
                .exceptionally(failure -> {
                    if (heard.get() == null) {
                        throw new CompletionException(failure);
                    }
                    return Done.getInstance();
                })
                .thenApply(done -> heard.get() == null
                        ? new Attempt.Failed("the connection ended without an answer")
                        : heard.get());
    }

    private HttpRequest request(Uri uri, String id, Message message) {
        Instant now = clock.instant();
        return HttpRequest.POST("/")
                .withUri(uri.toRelative())
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, message.body()))
                .addHeader(RawHeader.create("User-Agent", USER_AGENT))
                .addHeader(RawHeader.create("webhook-id", id))
                .addHeader(RawHeader.create("webhook-timestamp", Long.toString(now.getEpochSecond())))
                .addHeader(RawHeader.create(
                        "webhook-signature", Signature.of(settings.secrets(), id, now, message.body())));
    }

    private Flow<HttpRequest, HttpResponse, CompletionStage<OutgoingConnection>> connection(Uri uri, int attempt) {
        ClientConnectionSettings connection = ClientConnectionSettings.create(system.classicSystem())
                .withTransport(
                        ClientTransport.withCustomResolver((host, port) -> checked(host, (Integer) port, attempt)))
                .withIdleTimeout(settings.timeout());
        OutgoingConnectionBuilder builder = Http.get(system)
                .connectionTo(uri.getHost().address())
                .toPort(uri.port())
                .withClientConnectionSettings(connection);
        return uri.getScheme().equalsIgnoreCase("https")
                ? builder.withCustomHttpsConnectionContext(tls).https()
                : builder.http();
    }

    /** The address to connect to: the next attempt takes the name's next one. */
    private CompletionStage<InetSocketAddress> checked(String host, int port, int attempt) {
        return resolver.resolve(host).thenApply(addresses -> {
            refuseUnlessPublic(host, addresses);
            return new InetSocketAddress(addresses.get(attempt % addresses.size()), port);
        });
    }

    private void refuseUnlessPublic(String host, List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (!settings.allowPrivate() && !AddressRule.isPublic(address)) {
                throw new RefusedException(host + " leads to " + address.getHostAddress()
                        + ", which is not a public address (flotilla.push.allow-private)");
            }
        }
    }

    private Attempt attempt(HttpResponse response) {
        int status = response.status().intValue();
        if (status / 100 == 2) {
            return new Attempt.Taken();
        }
        return status == GONE
                ? new Attempt.Gone()
                : new Attempt.Failed(
                        "status " + status,
                        response.getHeader("Retry-After")
                                .flatMap(header -> Backoff.retryAfter(header.value(), clock.instant())));
    }

    private CompletionStage<Done> discard(HttpResponse response) {
        return response.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .limitWeighted(MOST_ANSWER, chunk -> (long) chunk.size())
                .runWith(Sink.ignore(), system);
    }
}
