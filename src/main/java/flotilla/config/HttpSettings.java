package flotilla.config;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The gateway's HTTP side.
 *
 * @param syncWait how long {@code POST /} waits for an answer
 * @param maxImageSize in bytes
 * @param maxPixels width times height
 * @param maxUploadsInFlight uploads received at the same time
 * @param uploadWait how long an upload waits for its turn among these
 * @param maxFiles files in one request
 * @param maxBatch images in one batch
 * @param maxBacklog images without an answer above which new ones are refused
 * @param resultPoll how often a waiting caller's result is looked for in the store
 * @param uploadPaths where the classic form is served besides {@code /}
 * @param maxConnections requests in progress at the same time, of which each has a connection over HTTP/1; more are refused, but for probes
 * @param tls empty for plain HTTP
 * @param access who may ask
 * @param limits what a client may ask of a connection
 */
public record HttpSettings(
        String host,
        int port,
        Duration syncWait,
        long maxImageSize,
        long maxPixels,
        int maxUploadsInFlight,
        Duration uploadWait,
        int maxFiles,
        int maxBatch,
        int maxBacklog,
        Duration resultPoll,
        List<String> uploadPaths,
        int maxConnections,
        Optional<Tls> tls,
        Access access,
        Limits limits) {

    /**
     * A certificate with its key, both PEM; read again when a file changes.
     *
     * @param certificate the chain, the server's own first
     */
    public record Tls(Path certificate, Path key) {}

    /**
     * Who may ask.
     *
     * @param apiKeys none lets everybody in
     * @param allowAnonymous whether other machines may come in without any key configured
     * @param corsOrigins web pages' origins that browsers let in
     */
    public record Access(List<ApiKeySettings> apiKeys, boolean allowAnonymous, List<String> corsOrigins) {
        public Access {
            apiKeys = List.copyOf(apiKeys);
            corsOrigins = List.copyOf(corsOrigins);
        }
    }

    /**
     * What a client may ask of a connection before it is refused or cut off.
     *
     * @param headerTimeout from the opening of a connection, and from each answer, to the end of the next request's header
     * @param uploadStall the longest pause in a body
     * @param minUploadRate bytes a second, on average after a first {@code uploadStall}; 0 for any
     * @param maxFields parts of a form besides its files
     * @param maxHeaders headers of a request
     * @param maxHeaderSize of one header, and of the address, in bytes
     * @param maxStreams streams of events at the same time, for each API key; without keys for all clients together
     */
    public record Limits(
            Duration headerTimeout,
            Duration uploadStall,
            long minUploadRate,
            int maxFields,
            int maxHeaders,
            int maxHeaderSize,
            int maxStreams) {
        /** Clients need some headers to be served at all. */
        private static final int FEWEST_HEADERS = 16;

        private static final int SHORTEST_HEADER = 256;
        private static final int LONGEST_HEADER = 1 << 20;

        public Limits {
            Checks.within(headerTimeout, SHORTEST, LONGEST, "flotilla.http.header-timeout");
            Checks.within(uploadStall, SHORTEST, LONGEST, "flotilla.http.upload-stall");
            Checks.atLeast(minUploadRate, 0, "flotilla.http.min-upload-rate");
            Checks.atLeast(maxFields, 0, "flotilla.http.max-fields");
            Checks.atLeast(maxHeaders, FEWEST_HEADERS, "flotilla.http.max-headers");
            Checks.that(
                    maxHeaderSize >= SHORTEST_HEADER && maxHeaderSize <= LONGEST_HEADER,
                    "flotilla.http.max-header-size",
                    "from 256 bytes to 1 MiB, not " + maxHeaderSize);
            Checks.atLeast(maxStreams, 1, "flotilla.http.max-streams");
        }

        private static Limits from(Config config) {
            return new Limits(
                    config.getDuration("header-timeout"),
                    config.getDuration("upload-stall"),
                    config.getBytes("min-upload-rate"),
                    config.getInt("max-fields"),
                    config.getInt("max-headers"),
                    Math.toIntExact(Math.min(config.getBytes("max-header-size"), Integer.MAX_VALUE)),
                    config.getInt("max-streams"));
        }
    }

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    public HttpSettings {
        uploadPaths = List.copyOf(uploadPaths);
        Checks.notBlank(host, "flotilla.http.host");
        Checks.port(port, "flotilla.http.port");
        Checks.within(syncWait, Duration.ofSeconds(1), Duration.ofHours(2), "flotilla.http.sync-wait");
        Checks.atLeast(maxImageSize, 1, "flotilla.http.max-image-size");
        Checks.atLeast(maxPixels, 1, "flotilla.http.max-pixels");
        Checks.atLeast(maxUploadsInFlight, 1, "flotilla.http.max-uploads-in-flight");
        Checks.within(uploadWait, SHORTEST, LONGEST, "flotilla.http.upload-wait");
        Checks.atLeast(maxFiles, 1, "flotilla.http.max-files");
        Checks.atLeast(maxBatch, 1, "flotilla.http.max-batch");
        Checks.atLeast(maxBacklog, 1, "flotilla.http.max-backlog");
        Checks.positive(resultPoll, "flotilla.http.result-poll");
        Checks.that(
                uploadPaths.stream().allMatch(path -> path.matches("(/[\\w.~-]+)+")),
                "flotilla.http.upload-paths",
                "a list of paths such as /process");
        Checks.atLeast(maxConnections, 1, "flotilla.http.max-connections");
    }

    /**
     * Refuses to serve other machines without keys, unless that is said to be meant.
     *
     * @throws SettingsException with one line and the remedy
     */
    public void requireSafeBinding() {
        if (access.apiKeys().isEmpty() && !access.allowAnonymous() && !isLoopback()) {
            throw new SettingsException("flotilla.http.host = " + host + " serves other machines without any key; set"
                    + " flotilla.http.api-keys, or flotilla.http.allow-anonymous = true to let everybody in");
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    static HttpSettings from(Config config) {
        return new HttpSettings(
                config.getString("host"),
                config.getInt("port"),
                config.getDuration("sync-wait"),
                config.getBytes("max-image-size"),
                config.getLong("max-pixels"),
                config.getInt("max-uploads-in-flight"),
                config.getDuration("upload-wait"),
                config.getInt("max-files"),
                config.getInt("max-batch"),
                config.getInt("max-backlog"),
                config.getDuration("result-poll"),
                config.getStringList("upload-paths"),
                config.getInt("max-connections"),
                tls(config),
                new Access(
                        config.getConfigList("api-keys").stream()
                                .map(ApiKeySettings::from)
                                .toList(),
                        config.getBoolean("allow-anonymous"),
                        config.getStringList("cors-origins")),
                Limits.from(config));
    }

    private static Optional<Tls> tls(Config config) {
        String certificate = config.getString("tls.certificate");
        String key = config.getString("tls.key");
        Checks.that(
                certificate.isBlank() == key.isBlank(),
                "flotilla.http.tls",
                "given with both certificate and key, or not at all");
        return certificate.isBlank() ? Optional.empty() : Optional.of(new Tls(Path.of(certificate), Path.of(key)));
    }
}
