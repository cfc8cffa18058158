package flotilla.gateway;

import flotilla.config.HttpSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import scala.concurrent.duration.FiniteDuration;

/**
 * The HTTP server's settings, which are ours where it has its own. Its time-outs follow from how long a request may wait for its answer, so that neither of them can end a
 * wait that the interface promises: wait &lt; request time-out &lt; idle time-out.
 */
final class ServerTimeouts {
    /** For receiving the upload and storing it, before the wait begins, and for writing the answer. */
    static final Duration BEYOND_THE_WAIT = Duration.ofMinutes(5);

    static final Duration IDLE_BEYOND_REQUEST = Duration.ofMinutes(1);

    /** This part of the connections is accepted besides, for probes and for those who are refused while all others wait. */
    private static final int RESERVE = 4;

    private static final int LEAST_RESERVE = 64;

    private ServerTimeouts() {}

    /**
     * The server's settings, of which the longest wait for an answer is {@code sync-wait}.
     */
    static ServerSettings settings(ActorSystem<?> system, HttpSettings http) {
        Duration wait = http.syncWait();
        ServerSettings defaults = ServerSettings.create(system.classicSystem());
        Duration request = wait.plus(BEYOND_THE_WAIT);
        ServerSettings.Timeouts timeouts = defaults.getTimeouts();
        HttpSettings.Limits limits = http.limits();
        return defaults.withMaxConnections(connections(http.maxConnections()))
                .withRemoteAddressAttribute(true)
                .withParserSettings(defaults.getParserSettings()
                        .withMaxHeaderCount(limits.maxHeaders())
                        .withMaxHeaderValueLength(limits.maxHeaderSize())
                        .withMaxUriLength(limits.maxHeaderSize()))
                .withTimeouts(timeouts.withRequestTimeout(scala(request))
                        .withIdleTimeout(scala(request.plus(IDLE_BEYOND_REQUEST))));
    }

    /** How many the server accepts when so many may have a request in progress. */
    private static int connections(int inProgress) {
        long all = inProgress + Math.max(LEAST_RESERVE, (long) inProgress / RESERVE);
        return (int) Math.min(Integer.MAX_VALUE, all);
    }

    private static FiniteDuration scala(Duration duration) {
        return FiniteDuration.apply(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
