package flotilla.push;

import flotilla.config.PushSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings for tests. */
final class PushFixture {
    static final PushSettings.Secret SECRET = new PushSettings.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    static final PushSettings.Retry RETRY =
            new PushSettings.Retry(Duration.ofSeconds(4), Duration.ofSeconds(60), Duration.ofMinutes(10));

    private PushFixture() {}

    static PushSettings settings(boolean allowHttp, boolean allowPrivate, String... hosts) {
        return settings(allowHttp, allowPrivate, Duration.ofMinutes(1), hosts);
    }

    static PushSettings settings(boolean allowHttp, boolean allowPrivate, Duration timeout, String... hosts) {
        return new PushSettings(
                List.of(hosts),
                List.of(SECRET),
                allowHttp,
                allowPrivate,
                timeout,
                RETRY,
                2,
                Optional.empty(),
                Optional.empty());
    }
}
