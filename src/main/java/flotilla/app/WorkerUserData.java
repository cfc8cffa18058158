package flotilla.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.ModelLocation;
import flotilla.config.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a launched worker is handed: plain HOCON, the part of the gateway's own settings that both must agree on. All
 * instances of a cluster share it, so it names none of them. Whoever may describe instances can read it: it holds no secret,
 * of certificates and keys only the paths.
 */
final class WorkerUserData {
    private static final List<String> SHARED =
            List.of("queue", "drain", "storage", "model", "classifier", "http.max-pixels");
    /**
     * Handed only when they are not the default, for nothing breaks when a worker has one of its own: an image that is older than a
     * key refuses it, and would not start.
     */
    private static final List<String> WHEN_CHANGED = List.of(
            "metrics.enabled",
            "metrics.port",
            "tracing.otlp-endpoint",
            "tracing.sampling",
            "log.format",
            "worker.patience",
            "worker.notice-interval");
    /** Handed only when they are given: an empty one would hide what the worker's own file says. */
    private static final List<String> WHEN_GIVEN = List.of(
            "aws.region",
            "aws.endpoint.sqs",
            "aws.endpoint.s3",
            "aws.endpoint.ec2",
            "worker.state-folder",
            "metrics.host");

    /**
     * Keys of what is shared that an image may be too old for. For these, too, a worker has the same default, unless its image's own
     * file says otherwise: what is not handed does not win over that.
     */
    private static final List<String> SHARED_WHEN_CHANGED = List.of("classifier.engine");

    private static final List<String> TLS = List.of("cluster.tls.certificate", "cluster.tls.key", "cluster.tls.ca");
    /** Never handed, not even when somebody puts it into fleet.worker-settings. */
    private static final List<String> SECRET = List.of("aws.credentials", "push.secrets", "http.api-keys");

    private static final List<String> WORKER_LIFE = List.of(
            "prefetch",
            "prefetch-limit",
            "prefetch-heap",
            "batch-deadline",
            "receive-parallelism",
            "hang-after",
            "io-timeout",
            "report-interval",
            "self-fence",
            "shutdown-grace");

    private static final Config DEFAULTS = ConfigFactory.defaultReference().getConfig("flotilla");

    private WorkerUserData() {}

    /**
     * @param gateways where workers find the cluster, each {@code host:port}
     * @throws SettingsException when fleet.worker-settings has a secret
     */
    static String render(Config config, FlotillaSettings settings, List<String> gateways) {
        Config all = config.getConfig("flotilla");
        Config handed = ConfigFactory.parseString(settings.fleet().workerSettings());
        for (String key : SECRET) {
            if (handed.hasPath(key)) {
                throw new SettingsException("flotilla.fleet.worker-settings must not have " + key
                        + ": user data can be read by others; give it to workers in their own file");
            }
        }
        handed = handed.withFallback(ConfigFactory.parseMap(
                Map.of("cluster.name", settings.cluster().name(), "cluster.seed-nodes", gateways, "cluster.port", 0)));
        Config shared = all;
        for (String key : SHARED_WHEN_CHANGED) {
            shared = isDefault(all, key) ? shared.withoutPath(key) : shared;
        }
        for (String path : SHARED) {
            handed = handed.withFallback(shared.withOnlyPath(path));
        }
        for (String key : WORKER_LIFE) {
            handed = handed.withFallback(all.withOnlyPath("worker." + key));
        }
        for (String key : WHEN_CHANGED) {
            handed = isDefault(all, key) ? handed : handed.withFallback(all.withOnlyPath(key));
        }
        for (String key : WHEN_GIVEN) {
            handed = all.getString(key).isBlank() ? handed : handed.withFallback(all.withOnlyPath(key));
        }
        if (settings.model().location() instanceof ModelLocation.Folder) {
            handed = absolute(handed, "model.path");
        }
        if (settings.cluster().tls().isPresent()) {
            for (String key : TLS) {
                handed = absolute(handed.withFallback(all.withOnlyPath(key)), key);
            }
        }
        handed = absolute(handed, "model.zoo");
        handed = absolute(handed, "classifier.table");
        handed = handed.hasPath("worker.state-folder") ? absolute(handed, "worker.state-folder") : handed;
        return handed.atPath("flotilla").root().render(ConfigRenderOptions.concise());
    }

    /** As text, since {@code --set} gives nothing else. */
    private static boolean isDefault(Config config, String key) {
        return config.getValue(key)
                .unwrapped()
                .toString()
                .equals(DEFAULTS.getValue(key).unwrapped().toString());
    }

    /** A worker runs in another folder. */
    private static Config absolute(Config config, String key) {
        String path = config.getString(key);
        return path.isBlank()
                ? config
                : config.withValue(
                        key,
                        ConfigValueFactory.fromAnyRef(
                                Path.of(path).toAbsolutePath().toString()));
    }
}
