package flotilla.gateway;

import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.ResultPush;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.Done;

/** Takes one URL, and keeps what is asked of it. */
final class Wishes implements ResultPush {
    static final String URL = "https://hooks.example.org/done";

    final List<String> wishes = new CopyOnWriteArrayList<>();
    final List<ClassificationResult> answered = new CopyOnWriteArrayList<>();
    volatile boolean away;

    @Override
    public Optional<Refusal> refusal(String callback) {
        return callback.equals(URL)
                ? Optional.empty()
                : Optional.of(new Refusal(!callback.startsWith("https://"), "send another URL"));
    }

    @Override
    public CompletionStage<List<Callback>> callbacks(String id) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
        }
        return CompletableFuture.completedFuture(List.of(
                new Callback(id + "-1", "h", 0, "", Optional.empty(), Optional.empty()),
                new Callback(id + "-2", "h", 3, "status 500", Optional.of(Instant.EPOCH), Optional.empty()),
                new Callback(id + "-3", "h", 9, "status 410", Optional.empty(), Optional.of("gone"))));
    }

    @Override
    public CompletionStage<Done> whenAnswered(List<RequestId> ids, String callback) {
        ids.forEach(id -> wishes.add(id + " " + callback));
        return done();
    }

    @Override
    public CompletionStage<Done> whenFinished(BatchId id, Optional<String> callback) {
        wishes.add("batch " + id + " " + callback.orElse("-"));
        return done();
    }

    @Override
    public CompletionStage<Done> answered(ClassificationResult result) {
        answered.add(result);
        return done();
    }

    private CompletionStage<Done> done() {
        return away
                ? CompletableFuture.failedFuture(new IllegalStateException("the store is away"))
                : CompletableFuture.completedFuture(Done.getInstance());
    }
}
