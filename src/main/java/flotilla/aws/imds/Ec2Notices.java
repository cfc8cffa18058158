package flotilla.aws.imds;

import flotilla.aws.AwsErrors;
import flotilla.worker.MachineNotices;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.imds.Ec2MetadataRetryPolicy;

/**
 * Notices about this machine from the instance metadata service (version 2): that EC2 takes it back, and that EC2 recommends
 * another one. Both are 404 as long as there is nothing to say. What EC2 does at the given time (terminate, stop, hibernate) makes
 * no difference here: the machine is lost to the fleet.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html">Spot Instance
 *     interruption notices</a>
 */
public final class Ec2Notices implements MachineNotices, AutoCloseable {
    /** The service is on the same host, so it answers at once or not at all. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Of a whole look, which may need a connection and a token first. */
    private static final Duration LOOK_WITHIN = Duration.ofSeconds(4);

    private static final int NOT_FOUND = 404;
    /** For each notice a look, and an earlier one that was given up. */
    private static final int CONNECTIONS = 4;

    private static final String INSTANCE_ACTION = "/latest/meta-data/spot/instance-action";
    private static final String REBALANCE = "/latest/meta-data/events/recommendations/rebalance";

    private final SdkAsyncHttpClient http;
    private final Ec2MetadataAsyncClient client;
    private final Duration lookWithin;

    private Ec2Notices(SdkAsyncHttpClient http, Ec2MetadataAsyncClient client, Duration lookWithin) {
        this.http = http;
        this.client = client;
        this.lookWithin = lookWithin;
    }

    /**
     * Opens the service; nothing is asked yet.
     *
     * @param endpoint its base URL, which may have a path; empty for the environment's ({@code
     *     AWS_EC2_METADATA_SERVICE_ENDPOINT}) or EC2's own
     */
    public static Ec2Notices open(Optional<URI> endpoint) {
        return open(endpoint, TIMEOUT, LOOK_WITHIN);
    }

    /** The same with other limits: of a connection and of a request, and of a whole look. */
    static Ec2Notices open(Optional<URI> endpoint, Duration timeout, Duration lookWithin) {
        SdkAsyncHttpClient http = NettyNioAsyncHttpClient.builder()
                .connectionTimeout(timeout)
                .readTimeout(timeout)
                .maxConcurrency(CONNECTIONS)
                .build();
        Ec2MetadataAsyncClient.Builder builder =
                Ec2MetadataAsyncClient.builder().httpClient(http).retryPolicy(Ec2MetadataRetryPolicy.none());
        endpoint.ifPresent(url -> builder.endpoint(URI.create(url.toString().replaceAll("/$", ""))));
        return new Ec2Notices(http, builder.build(), lookWithin);
    }

    @Override
    public CompletionStage<Optional<Instant>> look(Notice notice) {
        return switch (notice) {
            case INTERRUPTION -> time(INSTANCE_ACTION, "time");
            case REBALANCE -> time(REBALANCE, "noticeTime");
        };
    }

    private CompletableFuture<Optional<Instant>> time(String path, String field) {
        return client.get(path)
                .thenApply(answer -> Optional.of(
                        Instant.parse(answer.asDocument().asMap().get(field).asString())))
                .orTimeout(lookWithin.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> isNone(AwsErrors.unwrap(failure))
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(AwsErrors.wrap("EC2 metadata " + path, failure)));
    }

    private static boolean isNone(Throwable failure) {
        return failure instanceof Ec2MetadataClientException answer && answer.statusCode() == NOT_FOUND;
    }

    /** Does not wait for the connections' threads, which takes the SDK two seconds. */
    @Override
    public void close() {
        CompletableFuture.runAsync(() -> {
            client.close();
            http.close();
        });
    }
}
