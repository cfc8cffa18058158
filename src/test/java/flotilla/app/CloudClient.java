package flotilla.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingGroup;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Instance;

/** An embedded cloud's EC2 as its standard clients see it, and the faults that can be ordered there. */
final class CloudClient implements AutoCloseable {
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));

    /** One for all, because each takes two seconds to close; it ends with the JVM. */
    private static final SdkAsyncHttpClient SDK_HTTP =
            NettyNioAsyncHttpClient.builder().maxConcurrency(100).build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI endpoint;
    private final Ec2AsyncClient ec2;
    private final AutoScalingAsyncClient autoScaling;

    /** @param data the directory in which the cloud keeps its data */
    CloudClient(Path data) throws IOException {
        endpoint = URI.create(new ObjectMapper()
                .readTree(data.resolve("endpoints.json").toFile())
                .path("ec2")
                .asText());
        ec2 = Ec2AsyncClient.builder()
                .httpClient(SDK_HTTP)
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
        autoScaling = AutoScalingAsyncClient.builder()
                .httpClient(SDK_HTTP)
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    List<Instance> instances() {
        return ec2.describeInstances().join().reservations().stream()
                .flatMap(reservation -> reservation.instances().stream())
                .toList();
    }

    /** The instance type of an instance. */
    String type(String id) {
        return instances().stream()
                .filter(one -> one.instanceId().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("EC2 knows no instance \"" + id + "\""))
                .instanceTypeAsString();
    }

    AutoScalingGroup group() {
        return autoScaling
                .describeAutoScalingGroups()
                .join()
                .autoScalingGroups()
                .get(0);
    }

    /** Has the group hold members that it terminates, until it is told that they may go. */
    void holdTerminations() {
        autoScaling
                .putLifecycleHook(request -> request.autoScalingGroupName(group().autoScalingGroupName())
                        .lifecycleHookName("drain")
                        .lifecycleTransition("autoscaling:EC2_INSTANCE_TERMINATING")
                        .heartbeatTimeout(3600))
                .join();
    }

    /** Has the group end a member and launch another one, as it does with one that is not healthy. */
    void replaceMember(String instance) {
        autoScaling
                .terminateInstanceInAutoScalingGroup(
                        request -> request.instanceId(instance).shouldDecrementDesiredCapacity(false))
                .join();
    }

    /** @param query such as {@code Action=RunInstances&Code=RequestLimitExceeded&Count=3} */
    void fail(String query) throws IOException, InterruptedException {
        order("POST", "/_faults/fail?" + query);
    }

    /** Takes an instance back after so many seconds, and tells it so. */
    void interrupt(String instance, int seconds) throws IOException, InterruptedException {
        order("POST", "/_faults/interrupt?InstanceId=" + instance + "&Seconds=" + seconds);
    }

    /** Recommends to replace an instance. */
    void recommendRebalance(String instance) throws IOException, InterruptedException {
        order("POST", "/_faults/recommend-rebalance?InstanceId=" + instance);
    }

    /** Ends an instance's process with SIGKILL while the instance goes on saying that it runs. */
    void killUnnoticed(String instance) throws IOException, InterruptedException {
        order("POST", "/_faults/dead-process?InstanceId=" + instance);
    }

    void clearFaults() throws IOException, InterruptedException {
        order("DELETE", "/_faults");
    }

    private void order(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " gave " + response.statusCode() + " " + response.body());
        }
    }

    @Override
    public void close() {
        ec2.close();
        autoScaling.close();
    }
}
