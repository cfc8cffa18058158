package flotilla.local;

import flotilla.config.EmbeddedCloud;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** The AWS SDK's own clients, pointed at the embedded cloud. */
final class Clients {
    /** One for all, because each takes two seconds to close; it ends with the JVM. */
    private static final SdkAsyncHttpClient HTTP =
            NettyNioAsyncHttpClient.builder().maxConcurrency(100).build();

    private Clients() {}

    static SdkAsyncHttpClient http() {
        return HTTP;
    }

    static SqsAsyncClient sqs(URI endpoint) {
        return on(SqsAsyncClient.builder(), endpoint).build();
    }

    static S3AsyncClient s3(URI endpoint) {
        return on(S3AsyncClient.builder().forcePathStyle(true), endpoint).build();
    }

    static Ec2AsyncClient ec2(URI endpoint) {
        return ec2(endpoint, EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY);
    }

    static Ec2AsyncClient ec2(URI endpoint, String accessKeyId, String secret) {
        return on(Ec2AsyncClient.builder(), endpoint)
                .credentialsProvider(credentials(accessKeyId, secret))
                .overrideConfiguration(settings ->
                        settings.retryStrategy(software.amazon.awssdk.awscore.retry.AwsRetryStrategy.doNotRetry()))
                .build();
    }

    static AutoScalingAsyncClient autoScaling(URI endpoint) {
        return on(AutoScalingAsyncClient.builder(), endpoint)
                .overrideConfiguration(settings ->
                        settings.retryStrategy(software.amazon.awssdk.awscore.retry.AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private static <B extends AwsClientBuilder<B, ?> & AwsAsyncClientBuilder<B, ?>> B on(B builder, URI endpoint) {
        return builder.httpClient(HTTP)
                .endpointOverride(endpoint)
                .region(Region.of(EmbeddedCloud.REGION))
                .credentialsProvider(credentials(EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY));
    }

    private static AwsCredentialsProvider credentials(String accessKeyId, String secret) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, secret));
    }
}
