package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/** All settings, read once at start. {@code reference.conf} explains each key; every room gets just its own part. */
public record FlotillaSettings(
        ClusterSettings cluster,
        AwsSettings aws,
        QueueSettings queue,
        StorageSettings storage,
        HttpSettings http,
        PushSettings push,
        ScalingSettings scaling,
        FleetSettings fleet,
        ProvisionSettings provision,
        DrainSettings drain,
        CostSettings cost,
        ModelSettings model,
        ClassifierSettings classifier,
        WorkerSettings worker,
        LocalSettings local,
        MetricsSettings metrics,
        TracingSettings tracing,
        LogSettings log) {
    /** A machine that is busy takes twice the processor time. */
    private static final int BUSY = 2;

    public FlotillaSettings {
        Duration slowest = classifier.decodeLimit().multipliedBy(BUSY);
        Checks.that(
                worker.hangAfter().compareTo(slowest) >= 0,
                "flotilla.worker.hang-after",
                "at least " + Checks.text(slowest)
                        + ", twice flotilla.classifier.decode-limit, or an image that is slow to decode is taken for a hang; not "
                        + Checks.text(worker.hangAfter()));
        Checks.that(
                classifier.kind() != ClassifierSettings.Kind.DJL
                        || classifier.engine() == InferenceEngine.PYTORCH
                        || !(model.location() instanceof ModelLocation.InZoo),
                "flotilla.classifier.engine",
                "pytorch for a model of DJL's zoo, of which there is no model.onnx; for onnxruntime set flotilla.model.path to a"
                        + " model folder");
    }

    /**
     * Reads the settings below {@code flotilla}.
     *
     * @throws SettingsException with one line that names the key and what it must be
     */
    public static FlotillaSettings from(Config config) {
        try {
            return read(config);
        } catch (ConfigException e) {
            throw SettingsException.of(e);
        }
    }

    private static FlotillaSettings read(Config config) {
        Config flotilla = config.getConfig("flotilla");
        return new FlotillaSettings(
                ClusterSettings.from(flotilla.getConfig("cluster")),
                AwsSettings.from(flotilla.getConfig("aws")),
                QueueSettings.from(flotilla.getConfig("queue")),
                StorageSettings.from(flotilla.getConfig("storage")),
                HttpSettings.from(flotilla.getConfig("http")),
                PushSettings.from(flotilla.getConfig("push")),
                ScalingSettings.from(flotilla.getConfig("scaling")),
                FleetSettings.from(flotilla.getConfig("fleet")),
                ProvisionSettings.from(flotilla.getConfig("provision")),
                DrainSettings.from(flotilla.getConfig("drain")),
                CostSettings.from(flotilla.getConfig("cost")),
                ModelSettings.from(flotilla.getConfig("model")),
                ClassifierSettings.from(flotilla.getConfig("classifier")),
                WorkerSettings.from(flotilla.getConfig("worker")),
                LocalSettings.from(flotilla.getConfig("local")),
                MetricsSettings.from(flotilla.getConfig("metrics")),
                TracingSettings.from(flotilla.getConfig("tracing")),
                LogSettings.from(flotilla.getConfig("log")));
    }
}
