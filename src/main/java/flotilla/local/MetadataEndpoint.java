package flotilla.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import flotilla.domain.InstanceId;
import flotilla.local.LocalInstance.State;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The instance metadata service, version 2, one base URL for each instance: {@code http://127.0.0.1:PORT/i-…}. A session
 * token is got with PUT, and every GET needs one.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html">Access instance
 *     metadata</a>
 */
final class MetadataEndpoint implements HttpHandler {
    private static final String TOKEN_PATH = "/latest/api/token";
    private static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";
    /** In seconds: six hours. */
    private static final int MAX_TTL = 21_600;

    /** What a token is good for. */
    private record Session(InstanceId instance, Instant until) {}

    private final LocalInstances instances;
    private final MachineNotices notices;
    private final Clock clock;
    private final Supplier<String> tokens;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** @param tokens random and not to be guessed */
    MetadataEndpoint(LocalInstances instances, MachineNotices notices, Clock clock, Supplier<String> tokens) {
        this.instances = instances;
        this.notices = notices;
        this.clock = clock;
        this.tokens = tokens;
    }

    /** Whether a path is one of an instance's metadata service. */
    static boolean serves(String path) {
        return path.startsWith("/i-");
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Http.body(exchange);
        String[] parts = exchange.getRequestURI().getPath().substring(1).split("/", 2);
        Optional<LocalInstance> instance =
                instances.find(new InstanceId(parts[0])).filter(one -> one.state() != State.TERMINATED);
        if (instance.isEmpty() || parts.length < 2) {
            Http.sendText(exchange, 404, "no such instance\n");
            return;
        }
        String path = "/" + parts[1];
        switch (exchange.getRequestMethod()) {
            case "PUT" -> openSession(exchange, instance.get(), path);
            case "GET", "HEAD" -> answer(exchange, instance.get(), path);
            default -> Http.sendText(exchange, 405, "GET or PUT\n");
        }
    }

    private void openSession(HttpExchange exchange, LocalInstance instance, String path) throws IOException {
        Optional<Integer> ttl = Optional.ofNullable(exchange.getRequestHeaders().getFirst(TTL_HEADER))
                .filter(text -> text.matches("\\d{1,6}"))
                .map(Integer::valueOf)
                .filter(seconds -> seconds >= 1 && seconds <= MAX_TTL);
        if (!path.equals(TOKEN_PATH)) {
            Http.sendText(exchange, 405, "PUT is for " + TOKEN_PATH + "\n");
        } else if (ttl.isEmpty()) {
            Http.sendText(exchange, 400, TTL_HEADER + " must be from 1 to " + MAX_TTL + "\n");
        } else {
            Instant now = clock.instant();
            sessions.values().removeIf(session -> session.until().isBefore(now));
            String token = tokens.get();
            sessions.put(token, new Session(instance.id(), now.plusSeconds(ttl.get())));
            exchange.getResponseHeaders().set(TTL_HEADER, ttl.get().toString());
            Http.sendText(exchange, 200, token);
        }
    }

    private void answer(HttpExchange exchange, LocalInstance instance, String path) throws IOException {
        Optional<Session> session = Optional.ofNullable(
                        exchange.getRequestHeaders().getFirst(TOKEN_HEADER))
                .flatMap(token -> Optional.ofNullable(sessions.get(token)))
                .filter(one ->
                        one.instance().equals(instance.id()) && one.until().isAfter(clock.instant()));
        if (session.isEmpty()) {
            Http.sendText(exchange, 401, "Unauthorized: get a session token with PUT " + TOKEN_PATH + "\n");
            return;
        }
        Optional<String> value = InstanceMetadata.value(
                instance,
                path,
                new InstanceMetadata.Moment(
                        clock.instant(),
                        Duration.ofHours(6),
                        notices.interruption(instance),
                        notices.recommendation(instance)));
        if (value.isPresent()) {
            Http.sendText(exchange, 200, value.get());
        } else {
            Http.sendText(exchange, 404, "Not Found\n");
        }
    }
}
