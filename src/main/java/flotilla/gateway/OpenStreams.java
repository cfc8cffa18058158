package flotilla.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The answers that are still being sent, event by event. To the server an answer is over when its head was sent, and it would
 * cut these off when it stops; so it stops after they have ended. Safe for all threads.
 */
final class OpenStreams {
    private static final Duration LAST_BYTES = Duration.ofMillis(500);

    private final ActorSystem<?> system;
    private final SharedKillSwitch open = KillSwitches.shared("event-streams");
    private final Set<CompletableFuture<Done>> running = ConcurrentHashMap.newKeySet();

    OpenStreams(ActorSystem<?> system) {
        this.system = system;
    }

    /** A stream that has no end of its own: it ends when all are closed. */
    Source<ByteString, NotUsed> endless(Source<ByteString, NotUsed> stream) {
        return ending(stream.via(open.flow()));
    }

    /** A stream that ends by itself, also soon after the gateway was told to stop. */
    Source<ByteString, NotUsed> ending(Source<ByteString, NotUsed> stream) {
        return stream.watchTermination(this::watched);
    }

    private NotUsed watched(NotUsed stream, CompletionStage<Done> end) {
        CompletableFuture<Done> ended = end.toCompletableFuture();
        running.add(ended);
        end.whenComplete((done, failure) -> running.remove(ended));
        return stream;
    }

    /**
     * Ends every endless stream in good order. Those that are opened later end at once.
     *
     * @return completes when all have ended, however they did, and their last bytes have had the time to leave: the server
     *     does not tell when they have, and resets the connections when it is terminated
     */
    CompletionStage<Done> close() {
        open.shutdown();
        List<CompletableFuture<Done>> last = List.copyOf(running);
        if (last.isEmpty()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        return CompletableFuture.allOf(last.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> Done.getInstance())
                .thenCompose(done -> Patterns.after(
                        LAST_BYTES, system.classicSystem(), () -> CompletableFuture.completedFuture(done)));
    }
}
