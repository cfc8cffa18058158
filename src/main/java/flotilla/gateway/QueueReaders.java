package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Outcome;
import flotilla.protocol.About;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.WireFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.function.Creator;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.RestartSettings;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RestartSource;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two queues that a gateway reads: responses, and the dead letters of the request queue. A queue that is
 * away is waited for by its source; should a reader end all the same, by a mistake of ours, it runs again with backoff, for
 * without it nobody would hear of anything.
 */
final class QueueReaders {
    private static final Logger LOG = LoggerFactory.getLogger(QueueReaders.class);
    /** Results as ancestors print them; shown when {@code log.results} is on. */
    private static final Logger RESULTS = LoggerFactory.getLogger("flotilla.results");

    private static final RestartSettings BACKOFF =
            RestartSettings.create(Duration.ofMillis(500), Duration.ofSeconds(10), 0.2);
    private static final int MOST_IN_HAND = 50;
    private static final int PARALLELISM = 10;

    private QueueReaders() {}

    /**
     * Hands each notice, with the time at which it was sent, to {@code answered} and, when that is done, removes it; when it fails, the notice comes again. A lost
     * notice is no loss to those who wait: the result is stored.
     *
     * @param logResults print each result
     */
    static UniqueKillSwitch responses(
            ActorSystem<?> system,
            MessageQueue responses,
            BiFunction<ResultNotice, Instant, CompletionStage<Done>> answered,
            boolean logResults) {
        return run(
                system,
                () -> responses
                        .receive(() -> MOST_IN_HAND)
                        .mapAsyncUnordered(MOST_IN_HAND, message -> hand(message, answered, logResults))
                        .via(responses.acknowledge()));
    }

    private static CompletionStage<MessageAction> hand(
            QueueMessage message,
            BiFunction<ResultNotice, Instant, CompletionStage<Done>> answered,
            boolean logResults) {
        try {
            ResultNotice notice = WireFormat.readNotice(message.body());
            ClassificationResult result = notice.result();
            if (logResults) {
                RESULTS.info("{}", line(result));
            }
            return answered.apply(notice, message.sentAt()).handle((done, failure) -> {
                if (failure == null) {
                    return new MessageAction.Delete(message);
                }
                About.image(LOG.atWarn(), result.id(), result.trace())
                        .log("its answer comes again: {}", failure.getMessage());
                return new MessageAction.Ignore(message);
            });
        } catch (WireFormat.UnreadableException e) {
            LOG.warn("unreadable response message={} dropped: {}", message.messageId(), e.getMessage());
            return CompletableFuture.completedFuture(new MessageAction.Delete(message));
        }
    }

    /** Has the watcher bury every message that was given up. */
    static UniqueKillSwitch deadLetters(ActorSystem<?> system, MessageQueue deadLetters, DeadLetterWatcher watcher) {
        return run(
                system,
                () -> deadLetters
                        .receive(() -> MOST_IN_HAND)
                        .mapAsyncUnordered(PARALLELISM, watcher::bury)
                        .via(deadLetters.acknowledge()));
    }

    private static UniqueKillSwitch run(ActorSystem<?> system, Creator<Source<MessageAction, ?>> reader) {
        return RestartSource.withBackoff(BACKOFF, reader)
                .viaMat(KillSwitches.single(), Keep.right())
                .toMat(Sink.ignore(), Keep.left())
                .run(system);
    }

    private static String line(ClassificationResult result) {
        return result.outcome() instanceof Outcome.Labelled labelled
                ? result.file().stem() + ":" + labelled.label()
                : result.file().stem() + ":error: " + ((Outcome.Failed) result.outcome()).message();
    }
}
