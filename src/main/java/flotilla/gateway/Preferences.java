package flotilla.gateway;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** How long a client wants to wait: {@code Prefer} (RFC 7240) and the query parameter {@code wait}, in seconds. */
final class Preferences {
    private static final String WAIT = "wait";
    private static final String ASYNC = "respond-async";

    /**
     * A wait for an answer.
     *
     * @param preference what of the client's preferences it follows; empty when it had none
     */
    record Wait(Duration duration, Optional<String> preference) {
        /** Says in an answer that all went well so far which preference was followed. */
        HttpResponse applied(HttpResponse response) {
            return response.status().isSuccess() && preference.isPresent()
                    ? response.addHeader(RawHeader.create("Preference-Applied", preference.get()))
                    : response;
        }
    }

    private Preferences() {}

    /**
     * The wait that the {@code Prefer} header asks for. {@code respond-async} alone is not to wait at all; with {@code wait}
     * beside it, it is to wait so long and no longer. Of a preference that is named twice the first counts.
     *
     * @param most longer waits are cut to this
     * @return empty when the header names a wait that is no number of seconds
     */
    static Optional<Wait> read(HttpRequest request, Duration fallback, Duration most) {
        Map<String, String> preferences = preferences(request);
        if (preferences.containsKey(WAIT)) {
            return seconds(preferences.get(WAIT), most)
                    .map(wait -> new Wait(wait, Optional.of(WAIT + "=" + wait.toSeconds())));
        }
        return Optional.of(
                preferences.containsKey(ASYNC)
                        ? new Wait(Duration.ZERO, Optional.of(ASYNC))
                        : new Wait(fallback, Optional.empty()));
    }

    /** Names in lower case, with their values, which may be empty; parameters are left out. */
    private static Map<String, String> preferences(HttpRequest request) {
        Map<String, String> preferences = new HashMap<>();
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("prefer")) {
                for (String element : header.value().split(",")) {
                    String[] pair = element.split(";", 2)[0].split("=", 2);
                    String value = pair.length > 1 ? pair[1].strip().replaceAll("^\"|\"$", "") : "";
                    preferences.putIfAbsent(pair[0].strip().toLowerCase(Locale.ROOT), value);
                }
            }
        }
        return preferences;
    }

    /** The wait of a long poll; zero without the parameter, empty when it is no number of seconds. */
    static Optional<Duration> waitParameter(HttpRequest request, Duration most) {
        return request.getUri()
                .query()
                .get("wait")
                .map(text -> seconds(text, most))
                .orElse(Optional.of(Duration.ZERO));
    }

    static Problem invalid() {
        return Problem.of(400, "bad-wait", "the wait is not a number of seconds", "send a number such as wait=20");
    }

    private static Optional<Duration> seconds(String text, Duration most) {
        if (!text.matches("\\d{1,9}")) {
            return Optional.empty();
        }
        Duration wait = Duration.ofSeconds(Long.parseLong(text));
        return Optional.of(wait.compareTo(most) > 0 ? most : wait);
    }
}
