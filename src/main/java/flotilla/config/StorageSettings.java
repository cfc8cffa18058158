package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;

/**
 * Buckets and the layout of keys.
 *
 * @param prefix put before every key; empty or ending in {@code /}
 * @param inputLifetime of an uploaded image that was answered; zero for ever, else no longer than the result's
 * @param resultLifetime of a result, and of all that belongs to it; zero for ever
 * @param sourceBuckets what clients may name objects of, besides the input bucket: {@code bucket} or {@code bucket/prefix/}
 */
public record StorageSettings(
        String inputBucket,
        String outputBucket,
        String prefix,
        Layout layout,
        Duration inputLifetime,
        Duration resultLifetime,
        List<String> sourceBuckets) {
    /** Longer than any message lives, as SQS keeps one for 14 days at most. */
    public static final Duration LONGEST_MESSAGE = Duration.ofDays(15);

    private static final Duration SHORTEST_LIFETIME = Duration.ofHours(1);
    private static final String SOURCE = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.+/)?";

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
        // An image without a result is one that waits: so none may be left behind when its result expires.
        Checks.that(
                resultLifetime.isZero() || !inputLifetime.isZero() && inputLifetime.compareTo(resultLifetime) <= 0,
                "flotilla.storage.input-lifetime",
                "at least 1h and no longer than flotilla.storage.result-lifetime, unless that is 0s, for ever");
        sourceBuckets = List.copyOf(sourceBuckets);
        for (String source : sourceBuckets) {
            Checks.that(
                    source.matches(SOURCE),
                    "flotilla.storage.source-buckets",
                    "a list of buckets or of bucket/prefix/, such as [\"photos\", \"shared/team-a/\"], not " + source);
        }
    }

    /** Buckets whose objects are kept for ever, and no others that clients may name. */
    public StorageSettings(String inputBucket, String outputBucket, String prefix, Layout layout) {
        this(inputBucket, outputBucket, prefix, layout, Duration.ZERO, Duration.ZERO, List.of());
    }

    private static void checkLifetime(Duration lifetime, String key) {
        Checks.that(
                lifetime.isZero() || lifetime.compareTo(SHORTEST_LIFETIME) >= 0, key, "0s, for ever, or at least 1h");
    }

    /** Whether clients may name an object, or the objects of a prefix; those kept for requests are another matter. */
    public boolean isSource(String bucket, String key) {
        return bucket.equals(inputBucket) && key.startsWith(prefix)
                || sourceBuckets.stream().anyMatch(source -> isWithin(source, bucket, key));
    }

    private static boolean isWithin(String source, String bucket, String key) {
        int slash = source.indexOf('/');
        return slash < 0
                ? bucket.equals(source)
                : bucket.equals(source.substring(0, slash)) && key.startsWith(source.substring(slash + 1));
    }

    static StorageSettings from(Config config) {
        return new StorageSettings(
                config.getString("input-bucket"),
                config.getString("output-bucket"),
                config.getString("prefix"),
                Choice.of(Layout.class, config.getString("layout"), "flotilla.storage.layout"),
                config.getDuration("input-lifetime"),
                config.getDuration("result-lifetime"),
                config.getStringList("source-buckets"));
    }
}
