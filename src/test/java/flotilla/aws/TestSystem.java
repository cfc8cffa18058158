package flotilla.aws;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.testkit.javadsl.TestKit;
import scala.concurrent.duration.FiniteDuration;

/** An actor system with the settings that the application uses. */
public final class TestSystem implements AutoCloseable {
    private final ActorSystem system = ActorSystem.create(
            "test",
            ConfigFactory.parseString("pekko { loglevel = ERROR, stdout-loglevel = ERROR }")
                    .withFallback(ConfigFactory.parseResources("flotilla-pekko.conf"))
                    .withFallback(ConfigFactory.load()));

    public ActorSystem get() {
        return system;
    }

    @Override
    public void close() {
        TestKit.shutdownActorSystem(system, FiniteDuration.create(10, TimeUnit.SECONDS));
    }

    /** A stage that is complete after a while. */
    public static CompletionStage<Void> after(Duration delay) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
    }
}
