package flotilla.aws;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.InfrastructureException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class AwsErrorsTest {
    private static InfrastructureException wrapped(String code) {
        AwsServiceException failure = AwsServiceException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("no luck")
                        .build())
                .build();
        return AwsErrors.wrap("EC2 StartInstances of i-1", new CompletionException(failure));
    }

    private static String message(String code) {
        return wrapped(code).getMessage();
    }

    @Test
    void missingPermission_shouldBeToldApartFromBadCredentialsHoweverItIsWrapped() {
        assertThat(AwsErrors.isDenied(new CompletionException(wrapped("UnauthorizedOperation"))))
                .isTrue();
        assertThat(AwsErrors.isDenied(wrapped("AccessDenied"))).isTrue();
        assertThat(AwsErrors.isDenied(wrapped("ExpiredToken"))).isFalse();
        assertThat(AwsErrors.isDenied(new IllegalStateException("away"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UnauthorizedOperation", "AccessDenied", "SignatureDoesNotMatch", "AuthFailure"})
    void refusal_shouldSayWhatToDoAboutCredentials(String code) {
        assertThat(message(code))
                .startsWith("EC2 StartInstances of i-1 failed: access denied (" + code + "); check the credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
    void clockThatIsOff_shouldBeSaidToBeIt(String code) {
        assertThat(message(code))
                .isEqualTo("EC2 StartInstances of i-1 failed: this machine's clock is off (" + code
                        + "); have it set by a time server, such as chrony with the Amazon Time Sync Service");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RequestLimitExceeded", "RequestThrottled", "Throttling", "ThrottlingException", "SlowDown"})
    void tooManyRequests_shouldBeNoRefusal(String code) {
        assertThat(AwsErrors.refusal(code)).isEmpty();
        assertThat(message(code)).startsWith("EC2 StartInstances of i-1 failed: " + code + ": no luck");
    }

    @Test
    void failureWithoutACode_shouldShowItsMessageInOneLine() {
        assertThat(AwsErrors.wrap("SQS ReceiveMessage from queue q", new IllegalStateException("away\nfor now"))
                        .getMessage())
                .isEqualTo("SQS ReceiveMessage from queue q failed: away for now");
    }
}
