package flotilla.gateway;

import flotilla.config.ApiKeySettings;
import flotilla.config.ApiKeySettings.Role;
import flotilla.gateway.Endpoint.Access;
import flotilla.protocol.Patience;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/**
 * Who may ask for what. A client names its key as {@code Authorization: Bearer KEY} or {@code X-API-Key: KEY}; only the
 * SHA-256 of each key is known here. A key has roles, and limits of its own on requests a second and at a time. A request lasts
 * until its answer is given; one that is answered piece by piece, such as a stream of events, until the last piece, or until its
 * client has gone. Without any key configured everybody may do everything, and streams are counted for all together.
 */
final class AccessControl {
    private static final String BEARER = "bearer ";
    private static final String EVENTS = MediaTypes.TEXT_EVENT_STREAM.toString();

    private final Patience.Timer timer;
    private final Clock clock;
    private final Map<String, KeyLimits> byHash = new HashMap<>();
    private final StreamCount everybody;

    /**
     * @param maxStreams streams of events at the same time, for each key; without keys for all clients together
     */
    AccessControl(List<ApiKeySettings> keys, int maxStreams, Patience.Timer timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
        keys.forEach(key -> byHash.put(key.sha256(), new KeyLimits(key, maxStreams, clock.instant())));
        this.everybody = new StreamCount("all clients together", maxStreams);
    }

    /**
     * Answers a request under its key's limits.
     *
     * @param next answers the request, given the guard that keeps out who may not ask; its answer's end is that of the request
     */
    CompletionStage<HttpResponse> guarded(
            HttpRequest request,
            Function<BiFunction<HttpRequest, Access, Optional<HttpResponse>>, CompletionStage<HttpResponse>> next) {
        AtomicReference<KeyLimits> taken = new AtomicReference<>();
        return next.apply((asked, access) -> byHash.isEmpty() ? Optional.empty() : admit(asked, access, taken))
                .whenComplete((response, failure) -> {
                    if (failure != null && taken.get() != null) {
                        taken.get().leave();
                    }
                })
                .thenApply(response -> counted(response, Optional.ofNullable(taken.get())));
    }

    private HttpResponse counted(HttpResponse response, Optional<KeyLimits> taken) {
        Runnable leave = taken.<Runnable>map(limits -> limits::leave).orElse(() -> {});
        if (response.entity().isStrict()) {
            leave.run();
            return response;
        }
        if (!response.entity().getContentType().mediaType().toString().equals(EVENTS)) {
            return AnswerEnd.told(response, timer, leave);
        }
        StreamCount streams = taken.map(KeyLimits::streams).orElse(everybody);
        if (!streams.enter()) {
            leave.run();
            return streams.full().toResponse();
        }
        return AnswerEnd.told(response, timer, () -> {
            streams.leave();
            leave.run();
        });
    }

    private Optional<HttpResponse> admit(HttpRequest request, Access access, AtomicReference<KeyLimits> taken) {
        if (access == Access.OPEN) {
            return Optional.empty();
        }
        Optional<String> secret = secret(request);
        if (secret.isEmpty()) {
            return Optional.of(Problem.keyMissing().toResponse());
        }
        KeyLimits limits = byHash.get(sha256(secret.get()));
        if (limits == null) {
            return Optional.of(Problem.keyUnknown().toResponse());
        }
        if (!may(limits.key(), access)) {
            return Optional.of(Problem.keyNotAllowed(limits.key().name()).toResponse());
        }
        Optional<Integer> wait = limits.enter(clock.instant());
        if (wait.isPresent()) {
            return Optional.of(Problem.keyBusy(limits.key().name(), wait.get()).toResponse());
        }
        taken.set(limits);
        return Optional.empty();
    }

    private static boolean may(ApiKeySettings key, Access access) {
        Role needed =
                switch (access) {
                    case READ -> Role.READ;
                    case SUBMIT -> Role.SUBMIT;
                    case ADMIN, OPEN -> Role.ADMIN;
                };
        return key.roles().contains(Role.ADMIN) || key.roles().contains(needed);
    }

    private static Optional<String> secret(HttpRequest request) {
        return request.getHeader("X-API-Key")
                .map(header -> header.value().strip())
                .or(() -> request.getHeader("Authorization")
                        .map(header -> header.value().strip())
                        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                        .map(value -> value.substring(BEARER.length()).strip()));
    }

    /** 64 lower-case hexadecimal digits. */
    static String sha256(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
