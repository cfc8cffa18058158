package flotilla.config;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The gateway's HTTP side.
 *
 * @param syncWait how long {@code POST /} waits for an answer
 * @param maxImageSize in bytes
 * @param maxPixels width times height
 * @param maxUploadsInFlight uploads received at the same time
 * @param maxFiles files in one request
 * @param maxBacklog images without an answer above which new ones are refused
 * @param resultPoll how often a waiting caller's result is looked for in the store
 */
public record HttpSettings(
        String host,
        int port,
        Duration syncWait,
        long maxImageSize,
        long maxPixels,
        int maxUploadsInFlight,
        int maxFiles,
        int maxBacklog,
        Duration resultPoll) {
    public HttpSettings {
        Checks.notBlank(host, "flotilla.http.host");
        Checks.port(port, "flotilla.http.port");
        Checks.within(syncWait, Duration.ofSeconds(1), Duration.ofHours(2), "flotilla.http.sync-wait");
        Checks.atLeast(maxImageSize, 1, "flotilla.http.max-image-size");
        Checks.atLeast(maxPixels, 1, "flotilla.http.max-pixels");
        Checks.atLeast(maxUploadsInFlight, 1, "flotilla.http.max-uploads-in-flight");
        Checks.atLeast(maxFiles, 1, "flotilla.http.max-files");
        Checks.atLeast(maxBacklog, 1, "flotilla.http.max-backlog");
        Checks.positive(resultPoll, "flotilla.http.result-poll");
    }

    static HttpSettings from(Config config) {
        return new HttpSettings(
                config.getString("host"),
                config.getInt("port"),
                config.getDuration("sync-wait"),
                config.getBytes("max-image-size"),
                config.getLong("max-pixels"),
                config.getInt("max-uploads-in-flight"),
                config.getInt("max-files"),
                config.getInt("max-backlog"),
                config.getDuration("result-poll"));
    }
}
