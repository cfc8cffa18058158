package flotilla.aws;

import flotilla.config.AwsSettings;
import flotilla.config.SettingsException;
import flotilla.protocol.InfrastructureException;
import io.netty.channel.nio.NioEventLoopGroup;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * What the clients of all AWS services have in common: region, credentials and one HTTP client. Build clients with {@link
 * #client}; close them before this.
 */
public final class AwsClients implements AutoCloseable {
    /** Connections besides those that wait in long polls. */
    private static final int SHORT_CALLS = 16;

    private static final int IO_THREADS = 2;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** Longer than the longest poll, 20 s; each call has a time-out of its own that is shorter or fits it. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(40);

    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(10);

    private final AwsSettings settings;
    private final Region region;
    private final AwsCredentialsProvider credentials;
    /** Ours, because closing would wait two seconds for the SDK's own; its threads do not keep the process alive. */
    private final NioEventLoopGroup eventLoop = new NioEventLoopGroup(IO_THREADS, AwsClients::daemon);

    private final SdkAsyncHttpClient http;

    private final AwsCalls calls;

    private AwsClients(
            AwsSettings settings, Region region, AwsCredentialsProvider credentials, int connections, AwsCalls calls) {
        this.settings = settings;
        this.calls = calls;
        this.region = region;
        this.credentials = credentials;
        this.http = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(eventLoop))
                .maxConcurrency(connections)
                .connectionTimeout(CONNECT_TIMEOUT)
                .readTimeout(READ_TIMEOUT)
                .connectionAcquisitionTimeout(ACQUIRE_TIMEOUT)
                .build();
    }

    /**
     * Finds region and credentials.
     *
     * @param longPolls receives that may wait at the same time; each occupies a connection
     * @throws SettingsException when no region is given and the SDK's default chain finds none
     */
    public static AwsClients open(AwsSettings settings, int longPolls) {
        return open(settings, longPolls, new AwsCalls());
    }

    /**
     * Finds region and credentials.
     *
     * @param longPolls receives that may wait at the same time; each occupies a connection
     * @param calls counts the requests of all clients
     * @throws SettingsException when no region is given and the SDK's default chain finds none
     */
    public static AwsClients open(AwsSettings settings, int longPolls, AwsCalls calls) {
        return new AwsClients(settings, region(settings), credentials(settings), longPolls + SHORT_CALLS, calls);
    }

    /** What counts the requests of all clients. */
    public AwsCalls calls() {
        return calls;
    }

    public AwsSettings settings() {
        return settings;
    }

    public Region region() {
        return region;
    }

    /** The region's name, such as {@code eu-central-1}. */
    public String regionName() {
        return region.id();
    }

    /** The id of the key that requests are signed with; fails with the remedy when there is none. */
    public CompletionStage<String> accessKeyId() {
        return credentials.resolveIdentity().handle((identity, failure) -> {
            if (failure != null) {
                throw new InfrastructureException(
                        "no AWS credentials were found: "
                                + AwsErrors.unwrap(failure).getMessage(),
                        failure);
            }
            return identity.accessKeyId();
        });
    }

    /**
     * Where a service answers.
     *
     * @param given the URL of the settings; empty for AWS itself
     * @param service its prefix, such as {@code sqs}
     */
    public URI endpoint(Optional<URI> given, String service) {
        return given.orElseGet(
                () -> URI.create("https://" + ServiceMetadata.of(service).endpointFor(region)));
    }

    public AwsCredentialsProvider credentials() {
        return credentials;
    }

    /**
     * Builds a client.
     *
     * @param builder the service's builder
     * @param endpoint the service's URL; empty for AWS itself
     * @param attemptTimeout of one try
     * @param callTimeout of a call with all its tries
     */
    public <B extends AwsClientBuilder<B, C> & AwsAsyncClientBuilder<B, C>, C> C client(
            B builder, Optional<URI> endpoint, Duration attemptTimeout, Duration callTimeout) {
        return client(builder, endpoint, attemptTimeout, callTimeout, () -> {});
    }

    /**
     * Builds a client that asks before it changes anything.
     *
     * @param builder the service's builder
     * @param endpoint the service's URL; empty for AWS itself
     * @param attemptTimeout of one try
     * @param callTimeout of a call with all its tries
     * @param beforeActs run before each request that does more than describe, retries included; what it throws fails the call
     */
    public <B extends AwsClientBuilder<B, C> & AwsAsyncClientBuilder<B, C>, C> C client(
            B builder, Optional<URI> endpoint, Duration attemptTimeout, Duration callTimeout, Runnable beforeActs) {
        endpoint.ifPresent(builder::endpointOverride);
        return builder.region(region)
                .credentialsProvider(credentials)
                .httpClient(http)
                // What is told of a call is told on the thread that read it, instead of one more: nothing there blocks.
                .asyncConfiguration(ClientAsyncConfiguration.builder()
                        .advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run)
                        .build())
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .retryStrategy(RetryMode.STANDARD)
                        .addExecutionInterceptor(new BeforeActs(beforeActs))
                        .addExecutionInterceptor(calls)
                        .apiCallAttemptTimeout(attemptTimeout)
                        .apiCallTimeout(callTimeout)
                        .build())
                .build();
    }

    private static Region region(AwsSettings settings) {
        if (settings.region().isPresent()) {
            return Region.of(settings.region().get());
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new SettingsException(
                    "flotilla.aws.region is not given and the SDK finds none; set it, or AWS_REGION", e);
        }
    }

    private static AwsCredentialsProvider credentials(AwsSettings settings) {
        return settings.credentials()
                .<AwsCredentialsProvider>map(pair -> StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(pair.accessKeyId(), pair.secretAccessKey())))
                .orElseGet(() -> DefaultCredentialsProvider.builder()
                        .asyncCredentialUpdateEnabled(true)
                        .build());
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "aws-io");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        http.close();
        eventLoop.shutdownGracefully();
        if (credentials instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
