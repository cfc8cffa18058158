package flotilla.aws.sqs;

import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** What SQS and the way to it can do wrong, in our own words. */
final class SqsErrors {
    private SqsErrors() {}

    /** One line that says what failed, why and, where one is known, the remedy. */
    static InfrastructureException wrap(String operation, String queue, Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        return cause instanceof QueueDoesNotExistException
                ? new InfrastructureException(
                        "queue " + queue + " does not exist; create it (`flotilla provision`, Terraform or "
                                + "`aws sqs create-queue --queue-name " + queue + "`) or correct flotilla.queue",
                        cause,
                        true)
                : AwsErrors.wrap("SQS " + operation + " " + queue, cause);
    }
}
