package flotilla.config;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who is told of results without asking.
 *
 * @param allowedHosts hosts that callback URLs may name, in lower case; {@code *.example.org} stands for every name below
 *     {@code example.org}. None: callbacks are refused
 * @param secrets what deliveries are signed with, each of them; needed when there are allowed hosts
 * @param allowHttp whether plain {@code http://} is taken besides {@code https://}
 * @param allowPrivate whether a callback may lead to an address that is not on the public internet
 * @param timeout of one attempt
 * @param concurrentPerHost deliveries to one host at the same time
 * @param snsTopic the ARN of a topic that every result is published to
 * @param snsEndpoint the service's URL; empty for AWS itself
 */
public record PushSettings(
        List<String> allowedHosts,
        List<Secret> secrets,
        boolean allowHttp,
        boolean allowPrivate,
        Duration timeout,
        Retry retry,
        int concurrentPerHost,
        Optional<String> snsTopic,
        Optional<URI> snsEndpoint) {
    private static final String KEY = "flotilla.push";
    private static final String HOST = "(\\*\\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+]";

    /**
     * A key for signatures, in the form that Standard Webhooks gives it.
     *
     * @param text {@code whsec_} and 24 to 64 bytes in base64
     */
    public record Secret(String text) {
        private static final String PREFIX = "whsec_";
        private static final int SHORTEST = 24;
        private static final int LONGEST = 64;

        public Secret {
            Checks.that(
                    isSecret(text),
                    KEY + ".secrets",
                    "a list of whsec_ and 24 to 64 bytes in base64, such as whsec_$(openssl rand -base64 32)");
        }

        private static boolean isSecret(String text) {
            try {
                int length = text.startsWith(PREFIX)
                        ? Base64.getDecoder().decode(text.substring(PREFIX.length())).length
                        : 0;
                return length >= SHORTEST && length <= LONGEST;
            } catch (IllegalArgumentException notBase64) {
                return false;
            }
        }

        /** The key's bytes. */
        public byte[] bytes() {
            return Base64.getDecoder().decode(text.substring(PREFIX.length()));
        }

        @Override
        public String toString() {
            return PREFIX + "***";
        }
    }

    /**
     * What happens after a failed attempt.
     *
     * @param first the wait after the first one; it doubles with each
     * @param longest of the waits
     * @param giveUpAfter from the first failed attempt on
     */
    public record Retry(Duration first, Duration longest, Duration giveUpAfter) {
        public Retry {
            Checks.positive(first, KEY + ".retry.first");
            Checks.that(longest.compareTo(first) >= 0, KEY + ".retry.longest", "at least " + KEY + ".retry.first");
            Checks.notNegative(giveUpAfter, KEY + ".retry.give-up-after");
        }
    }

    public PushSettings {
        allowedHosts = List.copyOf(allowedHosts);
        secrets = List.copyOf(secrets);
        Checks.that(
                allowedHosts.stream().allMatch(host -> host.matches(HOST)),
                KEY + ".allowed-hosts",
                "a list of host names such as hooks.example.org or *.example.org");
        Checks.that(
                allowedHosts.isEmpty() || !secrets.isEmpty(),
                KEY + ".secrets",
                "given with allowed-hosts, such as [\"whsec_$(openssl rand -base64 32)\"]");
        Checks.within(timeout, Duration.ofMillis(100), Duration.ofMinutes(5), KEY + ".timeout");
        Checks.atLeast(concurrentPerHost, 1, KEY + ".concurrent-per-host");
        Checks.that(
                snsTopic.isEmpty() || snsTopic.get().matches("arn:[\\w-]+:sns:[\\w-]+:\\d+:[\\w.-]+"),
                KEY + ".sns-topic",
                "the ARN of a topic, such as arn:aws:sns:eu-central-1:123456789012:results");
    }

    /** Whether callback URLs are taken. */
    public boolean takesCallbacks() {
        return !allowedHosts.isEmpty();
    }

    /** Whether nobody is told of anything. */
    public boolean isOff() {
        return !takesCallbacks() && snsTopic.isEmpty();
    }

    static PushSettings from(Config config) {
        return new PushSettings(
                config.getStringList("allowed-hosts").stream()
                        .map(host -> host.strip().toLowerCase(Locale.ROOT))
                        .toList(),
                config.getStringList("secrets").stream().map(Secret::new).toList(),
                config.getBoolean("allow-http"),
                config.getBoolean("allow-private"),
                config.getDuration("timeout"),
                new Retry(
                        config.getDuration("retry.first"),
                        config.getDuration("retry.longest"),
                        config.getDuration("retry.give-up-after")),
                config.getInt("concurrent-per-host"),
                given(config, "sns-topic"),
                given(config, "sns-endpoint").map(PushSettings::url));
    }

    private static Optional<String> given(Config config, String key) {
        return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
    }

    private static URI url(String text) {
        Checks.that(
                text.matches("https?://[^\\s/@]+/?"),
                KEY + ".sns-endpoint",
                "a URL such as http://127.0.0.1:9911, without a user's name or password");
        return URI.create(text);
    }
}
