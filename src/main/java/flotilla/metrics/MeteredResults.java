package flotilla.metrics;

import flotilla.domain.ClassificationResult;
import flotilla.domain.RequestId;
import flotilla.protocol.ResultStore;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.Done;

/** The result store, whose writes are timed. */
final class MeteredResults implements ResultStore {
    private final ResultStore results;
    private final Timer writes;
    private final Consumer<ClassificationResult> stored;

    /**
     * @param stored hears of each result that was to be written, when one stands; a write that was given up and succeeds after all
     *     counts, and so does its repetition
     */
    MeteredResults(ResultStore results, Timer writes, Consumer<ClassificationResult> stored) {
        this.results = results;
        this.writes = writes;
        this.stored = stored;
    }

    @Override
    public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result, int generation) {
        long start = System.nanoTime();
        return results.putIfAbsent(result, generation).whenComplete((standing, failure) -> {
            writes.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            if (failure == null) {
                stored.accept(result);
            }
        });
    }

    @Override
    public CompletionStage<ClassificationResult> putIfAbsent(ClassificationResult result) {
        return putIfAbsent(result, 1);
    }

    @Override
    public CompletionStage<Optional<Standing>> standing(RequestId id) {
        return results.standing(id);
    }

    @Override
    public CompletionStage<List<ClassificationResult>> generations(RequestId id) {
        return results.generations(id);
    }

    @Override
    public CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
        return results.find(id);
    }

    @Override
    public CompletionStage<Optional<ClassificationResult>> find(RequestId id, int generation) {
        return results.find(id, generation);
    }

    @Override
    public CompletionStage<Optional<ClassificationResult>> confirm(RequestId id, int generation) {
        return results.confirm(id, generation);
    }

    @Override
    public CompletionStage<Optional<Duration>> age(RequestId id, int generation) {
        return results.age(id, generation);
    }

    @Override
    public CompletionStage<Done> keepUnreadable(String messageId, String body) {
        return results.keepUnreadable(messageId, body);
    }
}
