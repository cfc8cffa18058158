package flotilla.aws;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in tests, never for ever. */
public final class Await {
    private static final long SECONDS = 180;

    private Await() {}

    /** The value of a stage, or what it failed with. */
    public static <T> T result(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("no answer within " + SECONDS + " s", e);
        }
    }

    /** What a stage fails with. */
    public static Throwable failure(CompletionStage<?> stage) {
        return result(stage.<Throwable>handle((value, failure) -> {
            if (failure == null) {
                throw new AssertionError("did not fail but gave " + value);
            }
            return AwsErrors.unwrap(failure);
        }));
    }
}
