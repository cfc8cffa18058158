package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WireFormat.UnreadableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of a queue for good: receive, understand, delete; until there are enough, or a receive gives nothing. A
 * message that nobody can read is removed, and one that is not for us is put back at the end. It asks before each receive and
 * each delete; when it may not go on, what it has received is put back. For one collection; its stages follow each other, so that
 * no two threads are in it at a time.
 *
 * @param <T> what is in the messages
 */
final class SqsCollector<T> {
    /** Understands a message. */
    @FunctionalInterface
    interface Reader<T> {
        /** What is in it; empty when it is not for us. */
        Optional<T> read(String body) throws UnreadableException;
    }

    /**
     * What came of it.
     *
     * @param deleted from messages that are gone for good
     * @param uncertain from messages whose deletion failed: they may come again
     * @param trouble what ended the collection before its time
     */
    record Collected<T>(List<T> deleted, List<T> uncertain, Optional<RuntimeException> trouble) {}

    private static final Logger log = LoggerFactory.getLogger(SqsCollector.class);
    /** Ends a collection that others fill as fast as it is emptied. */
    private static final int MOST_RECEIVES = 200;

    private final SqsQueue queue;
    private final Reader<T> reader;
    private final int most;
    private final Runnable beforeActs;
    private final List<T> deleted = new ArrayList<>();
    private final List<T> uncertain = new ArrayList<>();
    private final List<QueueMessage> putBack = new ArrayList<>();
    private int receives;

    /**
     * @param most how many are wanted; no receive asks for more than are missing
     * @param beforeActs what it throws ends the collection
     */
    SqsCollector(SqsQueue queue, Reader<T> reader, int most, Runnable beforeActs) {
        this.queue = queue;
        this.reader = reader;
        this.most = most;
        this.beforeActs = beforeActs;
    }

    /** Never fails. */
    CompletionStage<Collected<T>> collect() {
        return CompletableFuture.<Void>completedFuture(null)
                .thenCompose(begun -> next())
                .handle((done, failure) -> Optional.ofNullable(failure).map(SqsCollector::unchecked))
                .thenCompose(trouble -> queue.release(putBack)
                        .thenApply(released -> new Collected<>(List.copyOf(deleted), List.copyOf(uncertain), trouble)));
    }

    private static RuntimeException unchecked(Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    private CompletionStage<Void> next() {
        int missing = most - deleted.size();
        if (missing <= 0 || receives == MOST_RECEIVES) {
            return CompletableFuture.completedFuture(null);
        }
        receives++;
        beforeActs.run();
        return queue.receive(Math.min(missing, SqsSourceSettings.MAX_BATCH_SIZE))
                .thenCompose(messages -> messages.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : delete(messages).thenCompose(done -> next()));
    }

    private CompletionStage<Void> delete(List<QueueMessage> messages) {
        try {
            beforeActs.run();
        } catch (RuntimeException refused) {
            putBack.addAll(messages);
            throw refused;
        }
        Map<QueueMessage, Optional<T>> understood = new HashMap<>();
        for (QueueMessage message : messages) {
            try {
                Optional<T> value = reader.read(message.body());
                if (value.isPresent()) {
                    understood.put(message, value);
                } else {
                    putBack.add(message);
                }
            } catch (UnreadableException e) {
                log.warn("unreadable message={} removed: {}", message.messageId(), e.getMessage());
                understood.put(message, Optional.empty());
            }
        }
        return queue.delete(List.copyOf(understood.keySet())).handle((lost, failure) -> {
            Set<QueueMessage> kept = failure == null ? new HashSet<>(lost) : understood.keySet();
            understood.forEach(
                    (message, value) -> value.ifPresent((kept.contains(message) ? uncertain : deleted)::add));
            if (failure != null) {
                throw unchecked(failure);
            }
            return null;
        });
    }
}
