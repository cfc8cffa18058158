package flotilla.config;

import com.typesafe.config.Config;
import java.util.List;

/**
 * Buckets and the layout of keys.
 *
 * @param prefix put before every key; empty or ending in {@code /}
 * @param sourceBuckets what clients may name objects of, besides the input bucket: {@code bucket} or {@code bucket/prefix/}
 */
public record StorageSettings(
        String inputBucket, String outputBucket, String prefix, Layout layout, List<String> sourceBuckets) {
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
        sourceBuckets = List.copyOf(sourceBuckets);
        for (String source : sourceBuckets) {
            Checks.that(
                    source.matches(SOURCE),
                    "flotilla.storage.source-buckets",
                    "a list of buckets or of bucket/prefix/, such as [\"photos\", \"shared/team-a/\"], not " + source);
        }
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
                config.getStringList("source-buckets"));
    }
}
