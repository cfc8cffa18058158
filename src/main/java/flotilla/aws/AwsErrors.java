package flotilla.aws;

import flotilla.protocol.InfrastructureException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Turns what the SDK throws into one line for people. */
public final class AwsErrors {
    private static final Set<String> REFUSED = Set.of(
            "AccessDenied",
            "AccessDeniedException",
            "AuthFailure",
            "ExpiredToken",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
            "UnauthorizedOperation",
            "UnrecognizedClientException");

    /** The credentials are taken, and lack a permission. */
    private static final Set<String> DENIED = Set.of("AccessDenied", "AccessDeniedException", "UnauthorizedOperation");

    /** A request is signed with the time of day, and good for some minutes. */
    private static final Set<String> WRONG_TIME =
            Set.of("RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed");

    private AwsErrors() {}

    /** What a future failed with, without the wrappers that futures add. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** The service's code for an error; empty when it did not answer or gave none. */
    public static String code(Throwable failure) {
        if (unwrap(failure) instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            String code = service.awsErrorDetails().errorCode();
            return code == null ? "" : code;
        }
        return "";
    }

    /**
     * Wraps a failure; one that is wrapped already stays as it is.
     *
     * @param operation what was tried and with what, such as {@code SQS ReceiveMessage from queue "x"}
     */
    public static InfrastructureException wrap(String operation, Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof InfrastructureException wrapped
                ? wrapped
                : new InfrastructureException(operation + " failed: " + reason(cause), cause, isRefused(code(cause)));
    }

    private static String reason(Throwable cause) {
        String code = code(cause);
        return refusal(code).orElseGet(() -> oneLine(code.isEmpty() ? "" : code + ": ", cause));
    }

    /**
     * What to do about an error code that says that our credentials or our clock are not taken; empty for all other codes, such as
     * those for too many requests, which pass by themselves.
     */
    public static Optional<String> refusal(String code) {
        if (WRONG_TIME.contains(code)) {
            return Optional.of("this machine's clock is off (" + code
                    + "); have it set by a time server, such as chrony with the Amazon Time Sync Service");
        }
        return REFUSED.contains(code)
                ? Optional.of(
                        "access denied (" + code
                                + "); check the credentials and their permissions (flotilla.aws.credentials, or the SDK's default chain)")
                : Optional.empty();
    }

    /** Whether a failure, wrapped or not, says that these credentials are good and lack a permission. */
    public static boolean isDenied(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (DENIED.contains(code(cause))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an error code says that somebody must change our credentials or permissions; a clock is set by itself, sooner or later. */
    public static boolean isRefused(String code) {
        return REFUSED.contains(code);
    }

    private static String oneLine(String prefix, Throwable cause) {
        String message = cause.getMessage();
        if (message == null || message.isBlank()) {
            return prefix + cause.getClass().getSimpleName();
        }
        return prefix + message.replaceAll("\\s*\\R\\s*", " ").strip();
    }
}
