package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.config.EmbeddedCloud;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.Instance;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;

/** The embedded cloud through Amazon's own command line client. */
class AwsCliIT {
    private static final Path AWS = Path.of("/usr/bin/aws");

    @TempDir
    private static Path data;

    private static LocalCloud cloud;
    private static Ec2AsyncClient ec2Client;
    private static AutoScalingAsyncClient autoScalingClient;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(AWS), AWS + " is not installed: apt-get install awscli");
        FlotillaSettings settings =
                FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
        cloud = LocalCloud.start(new LocalCloud.Options(
                data, settings.local(), settings.queue(), settings.storage(), List.of("sleep", "1000"), Map.of()));
        ec2Client = Clients.ec2(cloud.endpoints().ec2());
        autoScalingClient = Clients.autoScaling(cloud.endpoints().ec2());
    }

    @AfterAll
    static void stop() {
        if (cloud != null) {
            ec2Client.close();
            autoScalingClient.close();
            cloud.close();
        }
    }

    @Test
    void ec2_shouldLaunchTagDescribeAndTerminate() throws IOException {
        String id = ec2("run-instances --image-id ami-1 --instance-type c7i.large --user-data x=1"
                + " --tag-specifications ResourceType=instance,Tags=[{Key=Name,Value=app-tier-instance-1}]"
                + " --query Instances[0].InstanceId");
        Eventually.until("running", () -> state(id).equals("running"));

        ec2("create-tags --resources " + id + " --tags Key=flotilla:app-tier-id,Value=1");

        assertThat(ec2("describe-instances --filters Name=tag:Name,Values=app-tier-* Name=tag-key,Values=flotilla:*"
                        + " --query Reservations[].Instances[].InstanceId"))
                .isEqualTo(id);
        assertThat(ec2("describe-tags --filters Name=resource-id,Values=" + id + " --query Tags[].Value"))
                .isEqualTo("app-tier-instance-1\t1");
        assertThat(ec2("terminate-instances --instance-ids " + id
                        + " --query TerminatingInstances[].PreviousState.Name"))
                .isEqualTo("running");
        Eventually.until("terminated", () -> state(id).equals("terminated"));
        assertThat(run(254, cloud.endpoints().ec2(), "ec2 describe-instances --instance-ids i-00000000000000000"))
                .contains("(InvalidInstanceID.NotFound)");
    }

    @Test
    void autoscaling_shouldGrowProtectTerminateByNameAndDelete() throws IOException {
        ec2("create-launch-template --launch-template-name workers"
                + " --launch-template-data ImageId=ami-1,InstanceType=c7i.large,UserData=eD0x");
        assertThat(ec2("describe-launch-templates --query LaunchTemplates[].LaunchTemplateName"))
                .isEqualTo("workers");
        autoscaling("create-auto-scaling-group --auto-scaling-group-name workers --launch-template"
                + " LaunchTemplateName=workers,Version=$Latest --min-size 0 --max-size 2 --availability-zones us-east-1a"
                + " --tags Key=flotilla:cluster,Value=blue,PropagateAtLaunch=true");
        autoscaling("set-desired-capacity --auto-scaling-group-name workers --desired-capacity 2");
        Eventually.until("in service", () -> lifecycles().equals(List.of("InService", "InService")));
        String id = autoscaling("describe-auto-scaling-instances --query AutoScalingInstances[0].InstanceId");
        assertThat(ec2("describe-instances --filters Name=tag:aws:autoscaling:groupName,Values=workers"
                        + " Name=tag:flotilla:cluster,Values=blue --query length(Reservations)"))
                .isEqualTo("2");

        autoscaling("set-instance-protection --auto-scaling-group-name workers --protected-from-scale-in"
                + " --instance-ids " + id);
        autoscaling("update-auto-scaling-group --auto-scaling-group-name workers --desired-capacity 0");
        Eventually.until("the unprotected one gone", () -> lifecycles().equals(List.of("InService")));
        assertThat(autoscaling("describe-auto-scaling-groups --query AutoScalingGroups[0].Instances[0].InstanceId"))
                .isEqualTo(id);
        autoscaling("set-desired-capacity --auto-scaling-group-name workers --desired-capacity 1");
        assertThat(autoscaling("terminate-instance-in-auto-scaling-group --should-decrement-desired-capacity"
                        + " --instance-id " + id + " --query Activity.StatusCode"))
                .isEqualTo("InProgress");
        Eventually.until("no member", () -> lifecycles().isEmpty());

        assertThat(run(
                        254,
                        cloud.endpoints().ec2(),
                        "autoscaling set-desired-capacity --auto-scaling-group-name workers --desired-capacity 3"))
                .contains("(ValidationError)", "above max value 2");
        autoscaling("delete-auto-scaling-group --auto-scaling-group-name workers --force-delete");
        assertThat(autoscaling("describe-auto-scaling-groups --query length(AutoScalingGroups)"))
                .isEqualTo("0");
    }

    @Test
    void sqs_shouldListSendReceiveAndCount() throws IOException {
        URI sqs = cloud.endpoints().sqs();
        assertThat(run(0, sqs, "sqs list-queues --query length(QueueUrls)")).isEqualTo("5");
        String queue = run(0, sqs, "sqs get-queue-url --queue-name flotilla-response --query QueueUrl");
        run(0, sqs, "sqs send-message --message-body hello --queue-url " + queue);

        assertThat(run(0, sqs, "sqs receive-message --query Messages[].Body --queue-url " + queue))
                .isEqualTo("hello");
        assertThat(run(
                        0,
                        sqs,
                        "sqs get-queue-attributes --attribute-names All"
                                + " --query Attributes.ApproximateNumberOfMessagesNotVisible --queue-url " + queue))
                .isEqualTo("1");
    }

    @Test
    void s3_shouldCopyInBothDirectionsListAndRemove(@TempDir Path files) throws IOException {
        URI s3 = cloud.endpoints().s3();
        Path small = Files.writeString(files.resolve("100%-of.txt"), "small");
        Path large = Files.write(files.resolve("large.bin"), new byte[9 * 1024 * 1024 + 1]);
        assertThat(run(0, s3, "s3 ls")).contains("flotilla-input", "flotilla-output");
        run(0, s3, "s3 cp --only-show-errors " + small + " s3://flotilla-input/dir/");
        run(0, s3, "s3 cp --only-show-errors " + large + " s3://flotilla-input/dir/");
        run(0, s3, "s3 cp --only-show-errors s3://flotilla-input/dir/100%-of.txt s3://flotilla-output/copy");

        assertThat(run(0, s3, "s3 ls s3://flotilla-input/dir/")).contains("5 100%-of.txt", "9437185 large.bin");
        assertThat(run(0, s3, "s3 cp s3://flotilla-output/copy -")).isEqualTo("small");
        run(0, s3, "s3 rm --recursive s3://flotilla-input");
        assertThat(run(0, s3, "s3 ls --recursive s3://flotilla-input --summarize"))
                .contains("Total Objects: 0");
    }

    /** As the SDK sees it, which does not start Python for each look. */
    private static String state(String id) {
        return ec2Client
                .describeInstances(request -> request.instanceIds(id))
                .join()
                .reservations()
                .get(0)
                .instances()
                .get(0)
                .state()
                .nameAsString();
    }

    private static List<String> lifecycles() {
        return autoScalingClient.describeAutoScalingGroups().join().autoScalingGroups().get(0).instances().stream()
                .map(Instance::lifecycleStateAsString)
                .toList();
    }

    private static String autoscaling(String arguments) throws IOException {
        return run(0, cloud.endpoints().ec2(), "autoscaling " + arguments);
    }

    private static String ec2(String arguments) throws IOException {
        return run(0, cloud.endpoints().ec2(), "ec2 " + arguments);
    }

    /** Runs the client; words are split at blanks. */
    private static String run(int exitStatus, URI endpoint, String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(AWS.toString(), "--output", "text", "--endpoint-url"));
        command.add(endpoint.toString());
        command.addAll(Arrays.asList(arguments.split(" ")));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment()
                .putAll(Map.of(
                        "AWS_ACCESS_KEY_ID",
                        EmbeddedCloud.ACCESS_KEY_ID,
                        "AWS_SECRET_ACCESS_KEY",
                        EmbeddedCloud.SECRET_ACCESS_KEY,
                        "AWS_DEFAULT_REGION",
                        EmbeddedCloud.REGION,
                        "AWS_CONFIG_FILE",
                        "/dev/null",
                        "AWS_SHARED_CREDENTIALS_FILE",
                        "/dev/null",
                        "AWS_PAGER",
                        ""));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.onExit().join().exitValue())
                .as(arguments + "\n" + output)
                .isEqualTo(exitStatus);
        return output;
    }
}
