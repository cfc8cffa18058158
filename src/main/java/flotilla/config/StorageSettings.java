package flotilla.config;

import com.typesafe.config.Config;

/**
 * Buckets and the layout of keys.
 *
 * @param prefix put before every key; empty or ending in {@code /}
 */
public record StorageSettings(String inputBucket, String outputBucket, String prefix, Layout layout) {
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
    }

    static StorageSettings from(Config config) {
        return new StorageSettings(
                config.getString("input-bucket"),
                config.getString("output-bucket"),
                config.getString("prefix"),
                Choice.of(Layout.class, config.getString("layout"), "flotilla.storage.layout"));
    }
}
