package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;

/**
 * One kind of batch request. SQS takes at most 10 entries at once and may refuse some of them: an entry whose delivery is
 * not ours any more is reported, one that SQS itself failed on is repeated a few times.
 *
 * @param <T> what an entry is about
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html">batch
 *     errors</a>
 */
final class SqsBatch<T> {
    private static final int ATTEMPTS = 4;
    private static final long FIRST_DELAY_MILLIS = 100;

    /**
     * For batches about deliveries: codes of an entry whose delivery is not ours any more. An expired handle is {@code
     * ReceiptHandleIsInvalid} or {@code InvalidParameterValue}, by age and operation.
     */
    static final Set<String> LEASE_IS_GONE = Set.of(
            "ReceiptHandleIsInvalid",
            "MessageNotInflight",
            "AWS.SimpleQueueService.MessageNotInflight",
            "InvalidParameterValue");

    private final String operation;
    private final Set<String> gone;
    private final Function<List<T>, CompletableFuture<List<Rejected>>> request;

    /**
     * @param operation for error messages
     * @param gone codes that mean that a lease is gone; none for entries that have no lease, such as messages that are sent
     * @param request sends up to 10 entries, with their index as id
     */
    SqsBatch(String operation, Set<String> gone, Function<List<T>, CompletableFuture<List<Rejected>>> request) {
        this.operation = operation;
        this.gone = gone;
        this.request = request;
    }

    /** An entry that SQS did not carry out. */
    record Rejected(int index, String code, boolean ourFault, String message) {
        static List<Rejected> of(List<BatchResultErrorEntry> entries) {
            return entries.stream()
                    .map(entry -> new Rejected(
                            Integer.parseInt(entry.id()),
                            entry.code(),
                            Boolean.TRUE.equals(entry.senderFault()),
                            entry.message()))
                    .toList();
        }
    }

    /**
     * What became of one entry.
     *
     * @param lost its lease is gone
     * @param failure SQS refused it, or went on failing
     */
    record Result(boolean lost, Optional<InfrastructureException> failure) {
        private static final Result DONE = new Result(false, Optional.empty());
        private static final Result LOST = new Result(true, Optional.empty());
    }

    /**
     * Carries out any number of entries, 10 in a request.
     *
     * @return the entries whose lease is gone; fails when SQS refuses an entry or goes on failing
     */
    CompletionStage<List<T>> carryOut(List<T> entries) {
        CompletableFuture<List<T>> lost = CompletableFuture.completedFuture(List.of());
        for (int from = 0; from < entries.size(); from += SqsSourceSettings.MAX_BATCH_SIZE) {
            List<T> slice = List.copyOf(
                    entries.subList(from, Math.min(entries.size(), from + SqsSourceSettings.MAX_BATCH_SIZE)));
            lost = lost.thenCombine(each(slice).thenApply(results -> lost(slice, results)), SqsBatch::concat);
        }
        return lost;
    }

    private static <T> List<T> lost(List<T> entries, List<Result> results) {
        results.forEach(result -> result.failure().ifPresent(failure -> {
            throw failure;
        }));
        return IntStream.range(0, entries.size())
                .filter(index -> results.get(index).lost())
                .mapToObj(entries::get)
                .toList();
    }

    /** Carries out up to 10 entries in one request, and says of each what became of it; fails when the request does. */
    CompletableFuture<List<Result>> each(List<T> entries) {
        return attempt(entries, 1);
    }

    private CompletableFuture<List<Result>> attempt(List<T> entries, int attempt) {
        return request.apply(entries)
                .exceptionally(failure -> {
                    throw AwsErrors.wrap(operation, failure);
                })
                .thenCompose(rejected -> {
                    List<Result> results = new ArrayList<>(Collections.nCopies(entries.size(), Result.DONE));
                    List<Integer> again = new ArrayList<>();
                    for (Rejected entry : rejected) {
                        if (gone.contains(entry.code())) {
                            results.set(entry.index(), Result.LOST);
                        } else if (entry.ourFault() || attempt == ATTEMPTS) {
                            results.set(entry.index(), new Result(false, Optional.of(failure(entry))));
                        } else {
                            again.add(entry.index());
                        }
                    }
                    if (again.isEmpty()) {
                        return CompletableFuture.completedFuture(results);
                    }
                    return later(attempt)
                            .thenCompose(now ->
                                    attempt(again.stream().map(entries::get).toList(), attempt + 1))
                            .thenApply(more -> {
                                for (int i = 0; i < again.size(); i++) {
                                    results.set(again.get(i), more.get(i));
                                }
                                return results;
                            });
                });
    }

    private InfrastructureException failure(Rejected entry) {
        return new InfrastructureException(
                operation + " failed: " + entry.code() + ": " + entry.message(), null, entry.ourFault());
    }

    private static CompletableFuture<Void> later(int attempt) {
        return CompletableFuture.runAsync(
                () -> {},
                CompletableFuture.delayedExecutor(FIRST_DELAY_MILLIS << (attempt - 1), TimeUnit.MILLISECONDS));
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        List<T> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }
}
