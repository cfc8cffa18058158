package flotilla.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** How long a client wants to wait: {@code Prefer} (RFC 7240) and the query parameter {@code wait}, in seconds. */
final class Preferences {
    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?([^\\s\",;]*)\"?");

    private Preferences() {}

    /**
     * The wait that the {@code Prefer} header asks for: zero for {@code respond-async}.
     *
     * @param most longer waits are cut to this
     * @return empty when the header names a wait that is no number of seconds
     */
    static Optional<Duration> read(HttpRequest request, Duration fallback, Duration most) {
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("prefer")) {
                if (header.value().contains("respond-async")) {
                    return Optional.of(Duration.ZERO);
                }
                Matcher wait = WAIT.matcher(header.value());
                if (wait.find()) {
                    return seconds(wait.group(1), most);
                }
            }
        }
        return Optional.of(fallback);
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
