package flotilla.aws.s3;

import flotilla.aws.AwsCalls;
import flotilla.aws.AwsClients;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.connectors.s3.AccessStyle;
import org.apache.pekko.stream.connectors.s3.ApiVersion;
import org.apache.pekko.stream.connectors.s3.MemoryBufferType;
import org.apache.pekko.stream.connectors.s3.RetrySettings;
import org.apache.pekko.stream.connectors.s3.S3Attributes;
import org.apache.pekko.stream.connectors.s3.S3Settings;

/**
 * How Pekko Connectors reach S3: where, with which credentials, and that server errors and lost connections are tried again three
 * times with backoff.
 *
 * @param system runs the streams
 * @param calls counts the requests
 * @param attributes what every stream of the connector that runs must carry
 */
record S3Connection(ClassicActorSystemProvider system, AwsCalls calls, Attributes attributes) {
    private static final RetrySettings RETRIES =
            RetrySettings.create(3, Duration.ofMillis(200), Duration.ofSeconds(3), 0.2);

    static S3Connection of(ClassicActorSystemProvider system, AwsClients clients) {
        return new S3Connection(system, clients.calls(), S3Attributes.settings(settings(clients)));
    }

    private static S3Settings settings(AwsClients clients) {
        S3Settings settings = S3Settings.create(
                        MemoryBufferType.getInstance(),
                        clients.credentials(),
                        clients::region,
                        ApiVersion.getListBucketVersion2())
                .withRetrySettings(RETRIES);
        Optional<URI> endpoint = clients.settings().s3();
        return endpoint.isPresent()
                ? settings.withAccessStyle(AccessStyle.pathAccessStyle())
                        .withEndpointUrl(endpoint.get().toString().replaceAll("/$", ""))
                : settings.withAccessStyle(AccessStyle.virtualHostAccessStyle());
    }

    /** @param operation as S3 calls it, such as {@code PutObject} */
    void count(String operation) {
        calls.count("s3", operation);
    }
}
