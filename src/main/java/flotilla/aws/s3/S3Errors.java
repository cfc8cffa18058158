package flotilla.aws.s3;

import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.connectors.s3.S3Exception;

/** What S3 and the way to it can do wrong, in our own words. */
final class S3Errors {
    private S3Errors() {}

    /** The call, with its failure in our own words. */
    static <T> CompletionStage<T> wrapped(String operation, String bucket, String key, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            throw wrap(operation, bucket, key, failure);
        });
    }

    /** One line that says what failed, why and, where one is known, the remedy. */
    static InfrastructureException wrap(String operation, String bucket, String key, Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        String what = "S3 " + operation + " of " + key + " in bucket " + bucket;
        String code = code(cause);
        if (code.equals("NoSuchBucket")) {
            return new InfrastructureException(
                    "bucket " + bucket
                            + " does not exist; create it (`flotilla provision`, Terraform or `aws s3 mb s3://" + bucket
                            + "`) or correct flotilla.storage",
                    cause,
                    true);
        }
        if (code.equals("InvalidObjectState")) {
            return new InfrastructureException(what + " failed: it is archived; restore it first", cause, true);
        }
        return AwsErrors.refusal(code)
                .map(reason ->
                        new InfrastructureException(what + " failed: " + reason, cause, AwsErrors.isRefused(code)))
                .orElseGet(() -> AwsErrors.wrap(what, cause));
    }

    /** The HTTP status that S3 answered; 0 when it did not. */
    static int status(Throwable failure) {
        return AwsErrors.unwrap(failure) instanceof S3Exception s3
                ? s3.statusCode().intValue()
                : 0;
    }

    /** The error code that S3 answered; empty when it did not. */
    static String code(Throwable failure) {
        return AwsErrors.unwrap(failure) instanceof S3Exception s3 ? s3.code() : "";
    }

    /** A failure as it is, for a stage that rethrows it. */
    static CompletionException rethrown(Throwable failure) {
        return failure instanceof CompletionException completion ? completion : new CompletionException(failure);
    }
}
