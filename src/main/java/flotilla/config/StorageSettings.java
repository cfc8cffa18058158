package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Buckets and the layout of keys.
 *
 * @param prefix put before every key; empty or ending in {@code /}
 * @param inputLifetime of an uploaded image that was answered; zero for ever
 * @param resultLifetime of a result, and of all that belongs to it; zero for ever
 */
public record StorageSettings(
        String inputBucket,
        String outputBucket,
        String prefix,
        Layout layout,
        Duration inputLifetime,
        Duration resultLifetime) {
    private static final Duration SHORTEST_LIFETIME = Duration.ofHours(1);

    /** How objects are named. */
    public enum Layout {
        /** Only {@code <id>/<file name>} and {@code <id>.json}. */
        BY_ID,
        /** Also copies under the client's file name, for people and the ancestors' scripts; never read back. */
        BY_NAME
    }

    public StorageSettings {
        Checks.notBlank(inputBucket, "flotilla.storage.input-bucket");
        Checks.notBlank(outputBucket, "flotilla.storage.output-bucket");
        Checks.that(prefix.isEmpty() || prefix.endsWith("/"), "flotilla.storage.prefix", "empty or end in /");
        checkLifetime(inputLifetime, "flotilla.storage.input-lifetime");
        checkLifetime(resultLifetime, "flotilla.storage.result-lifetime");
    }

    /** Buckets whose objects are kept for ever. */
    public StorageSettings(String inputBucket, String outputBucket, String prefix, Layout layout) {
        this(inputBucket, outputBucket, prefix, layout, Duration.ZERO, Duration.ZERO);
    }

    private static void checkLifetime(Duration lifetime, String key) {
        Checks.that(
                lifetime.isZero() || lifetime.compareTo(SHORTEST_LIFETIME) >= 0, key, "0s, for ever, or at least 1h");
    }

    static StorageSettings from(Config config) {
        return new StorageSettings(
                config.getString("input-bucket"),
                config.getString("output-bucket"),
                config.getString("prefix"),
                Choice.of(Layout.class, config.getString("layout"), "flotilla.storage.layout"),
                config.getDuration("input-lifetime"),
                config.getDuration("result-lifetime"));
    }
}
