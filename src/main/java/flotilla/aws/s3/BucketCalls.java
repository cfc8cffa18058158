package flotilla.aws.s3;

import flotilla.aws.AwsErrors;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** How calls about buckets end, in stores that do not have all that S3 has. */
final class BucketCalls {
    static final int NOT_FOUND = 404;
    private static final int NOT_IMPLEMENTED = 501;

    private BucketCalls() {}

    /**
     * What a store tells of a bucket; empty when it has no such thing.
     *
     * @param none what it means that there is none
     */
    static <T> CompletionStage<Optional<T>> told(String operation, String bucket, CompletionStage<T> call, T none) {
        return call.thenApply(Optional::of).exceptionally(failure -> {
            if (status(failure) == NOT_IMPLEMENTED) {
                return Optional.empty();
            }
            // NoSuchTagSet, NoSuchLifecycleConfiguration and their like.
            if (status(failure) == NOT_FOUND && !AwsErrors.code(failure).equals("NoSuchBucket")) {
                return Optional.of(none);
            }
            throw AwsErrors.wrap("S3 " + operation + " of bucket " + bucket, failure);
        });
    }

    /** Asks for something that a store may not have. */
    static CompletionStage<Done> asked(String operation, String bucket, Supplier<? extends CompletionStage<?>> call) {
        return call.get().handle((answer, failure) -> {
            if (failure == null || status(failure) == NOT_IMPLEMENTED) {
                return Done.getInstance();
            }
            throw AwsErrors.wrap("S3 " + operation + " of bucket " + bucket, failure);
        });
    }

    /** A call that every store has. */
    static <T> CompletionStage<T> said(String operation, String bucket, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            throw AwsErrors.wrap("S3 " + operation + " in bucket " + bucket, failure);
        });
    }

    /** The HTTP status of a refusal; 0 when there was no answer. */
    static int status(Throwable failure) {
        return AwsErrors.unwrap(failure) instanceof AwsServiceException service ? service.statusCode() : 0;
    }
}
