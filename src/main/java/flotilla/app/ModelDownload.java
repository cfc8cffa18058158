package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.aws.s3.S3ModelStore;
import flotilla.config.ClassifierSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ModelLocation;
import flotilla.config.ModelSettings;
import flotilla.inference.ModelCache;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Brings a model that is in S3 to this machine, before it is loaded. */
final class ModelDownload {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private ModelDownload() {}

    /**
     * The settings of the model as it can be loaded here. Blocks while it is downloaded.
     *
     * @throws java.util.concurrent.CompletionException when it cannot be
     */
    static ModelSettings local(CommonOptions.Loaded loaded) {
        FlotillaSettings settings = loaded.settings();
        boolean needed = settings.classifier().kind() == ClassifierSettings.Kind.DJL;
        return needed && settings.model().location() instanceof ModelLocation.InS3 location
                ? settings.model().fetchedTo(fetch(loaded, location))
                : settings.model();
    }

    /** In an actor system of its own: it is needed before the worker's, and by commands that have none. */
    private static Path fetch(CommonOptions.Loaded loaded, ModelLocation.InS3 location) {
        try (AwsClients clients = AwsClients.open(loaded.settings().aws(), 0)) {
            ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "model-download", loaded.config());
            try {
                return new ModelCache(
                                new S3ModelStore(system, clients),
                                loaded.settings().classifier().engine())
                        .fetch(location)
                        .toCompletableFuture()
                        .join();
            } finally {
                system.terminate();
                Processes.await(system.getWhenTerminated(), STOP_WITHIN);
            }
        }
    }
}
