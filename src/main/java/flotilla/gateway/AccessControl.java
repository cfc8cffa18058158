package flotilla.gateway;

import flotilla.config.ApiKeySettings;
import flotilla.config.ApiKeySettings.Role;
import flotilla.gateway.Endpoint.Access;
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

/**
 * Who may ask for what. A client names its key as {@code Authorization: Bearer KEY} or {@code X-API-Key: KEY}; only the
 * SHA-256 of each key is known here. A key has roles, and limits of its own on requests a second and at a time. Without any
 * key configured everybody may do everything.
 */
final class AccessControl {
    private static final String BEARER = "bearer ";

    private final Clock clock;
    private final Map<String, KeyLimits> byHash = new HashMap<>();

    AccessControl(List<ApiKeySettings> keys, Clock clock) {
        this.clock = clock;
        keys.forEach(key -> byHash.put(key.sha256(), new KeyLimits(key, clock.instant())));
    }

    /**
     * Answers a request under its key's limits.
     *
     * @param next answers the request, given the guard that keeps out who may not ask; its stage ends the request's turn
     */
    CompletionStage<HttpResponse> guarded(
            HttpRequest request,
            Function<BiFunction<HttpRequest, Access, Optional<HttpResponse>>, CompletionStage<HttpResponse>> next) {
        if (byHash.isEmpty()) {
            return next.apply((asked, access) -> Optional.empty());
        }
        AtomicReference<KeyLimits> taken = new AtomicReference<>();
        return next.apply((asked, access) -> admit(asked, access, taken)).whenComplete((response, failure) -> {
            if (taken.get() != null) {
                taken.get().leave();
            }
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
