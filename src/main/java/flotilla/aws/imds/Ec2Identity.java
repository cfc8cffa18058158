package flotilla.aws.imds;

import flotilla.aws.AwsErrors;
import flotilla.domain.InstanceId;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.imds.Ec2MetadataResponse;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;

/**
 * Who this machine is, from the instance metadata service (version 2, with a session token).
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html">instance metadata</a>
 */
public final class Ec2Identity {
    private static final Logger log = LoggerFactory.getLogger(Ec2Identity.class);
    /** The service is on the same host, so it can be reached at once or not at all. */
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);

    /** Of each of the two requests; a machine that boots is busy. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(8);

    private static final String INSTANCE_ID = "/latest/meta-data/instance-id";
    private static final String USER_DATA = "/latest/user-data";

    private Ec2Identity() {}

    /**
     * What EC2 says about this machine.
     *
     * @param instanceId its id
     * @param userData the text given at its launch; empty when there is none
     */
    public record Identity(InstanceId instanceId, Optional<String> userData) {}

    /**
     * Asks once.
     *
     * @param endpoint the service's base URL, which may have a path; empty for the environment's ({@code
     *     AWS_EC2_METADATA_SERVICE_ENDPOINT}) or EC2's own
     * @return empty when no service can be reached within about a second, as on a machine that is not EC2's, or one does
     *     not answer within some seconds; never fails
     */
    public static CompletionStage<Optional<Identity>> find(Optional<URI> endpoint) {
        SdkAsyncHttpClient http = NettyNioAsyncHttpClient.builder()
                .connectionTimeout(CONNECT_WITHIN)
                .readTimeout(ANSWER_WITHIN)
                .maxConcurrency(2)
                .build();
        Ec2MetadataAsyncClient.Builder builder =
                Ec2MetadataAsyncClient.builder().httpClient(http).retryPolicy(Ec2MetadataRetryPolicy.none());
        endpoint.ifPresent(url -> builder.endpoint(URI.create(url.toString().replaceAll("/$", ""))));
        Ec2MetadataAsyncClient client = builder.build();
        return client.get(INSTANCE_ID)
                .thenCombine(
                        userData(client),
                        (id, userData) -> Optional.of(
                                new Identity(new InstanceId(id.asString().strip()), userData)))
                .exceptionally(failure -> {
                    log.info(
                            "identity=none reason=\"no instance metadata: {}\"",
                            AwsErrors.unwrap(failure).getMessage());
                    return Optional.empty();
                })
                .whenComplete((identity, none) -> CompletableFuture.runAsync(() -> {
                    client.close();
                    http.close();
                }));
    }

    private static CompletableFuture<Optional<String>> userData(Ec2MetadataAsyncClient client) {
        return client.get(USER_DATA)
                .thenApply(Ec2MetadataResponse::asString)
                .thenApply(Optional::of)
                .exceptionallyCompose(failure -> isNone(AwsErrors.unwrap(failure))
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }

    /** A machine launched without user data: 404, or an empty answer, which the SDK takes for an error. */
    private static boolean isNone(Throwable failure) {
        return failure instanceof Ec2MetadataClientException answer && answer.statusCode() == 404
                || String.valueOf(failure.getMessage()).contains("empty response");
    }
}
