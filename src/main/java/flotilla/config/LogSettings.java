package flotilla.config;

import com.typesafe.config.Config;

/**
 * What a node's log looks like.
 *
 * @param results print each result on the gateway's console
 */
public record LogSettings(boolean results, Format format) {
    /** How a line is written. */
    public enum Format {
        /** For people. */
        HUMAN,
        /** One JSON object, for programs. */
        JSON
    }

    static LogSettings from(Config config) {
        return new LogSettings(
                config.getBoolean("results"),
                Choice.of(Format.class, config.getString("format"), "flotilla.log.format"));
    }
}
