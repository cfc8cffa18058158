package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import flotilla.testing.RefusingSqs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Findings that need no cloud: it is where nobody answers. */
class DoctorCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private int status;

    private List<String> doctor(String... sets) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("doctor", "--timeout", "2m", "--config", file().toString()));
        Stream.of(sets).forEach(set -> arguments.addAll(List.of("--set", set)));
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        status = Main.run(line, arguments.toArray(String[]::new));
        assertThat(err.toString()).isEmpty();
        return out.toString().lines().toList();
    }

    private Path file() throws IOException {
        return Files.writeString(folder.resolve("doctor.conf"), """
                flotilla {
                  aws { region = "eu-central-1", endpoint { sqs = "http://127.0.0.1:1", s3 = "http://127.0.0.1:1" } }
                  aws.credentials { access-key-id = "AKIAEXAMPLEEXAMPLE", secret-access-key = "x" }
                  fleet.mode = static
                  classifier.kind = delay
                  http.port = 0
                }
                """);
    }

    @Test
    void settingThatIsWrong_shouldBeTheOneFinding() throws IOException {
        List<String> lines = doctor("flotilla.http.port=70000");

        assertThat(status).isEqualTo(1);
        assertThat(lines)
                .startsWith("error    configuration: flotilla.http.port must be a port from 0 to 65535")
                .endsWith("1 finding: 1 error, 0 warnings");
    }

    @Test
    void cloudThatDoesNotAnswer_shouldBeAnErrorOfEachCheckAndOfNoOther() throws IOException {
        List<String> lines = doctor();

        assertThat(status).isEqualTo(1);
        assertThat(lines)
                .contains("ok       region: eu-central-1")
                .contains("ok       credentials: key AKIA…MPLE of flotilla.aws.credentials")
                .contains("ok       model: none is needed (classifier.kind = delay)")
                .contains("ok       secrets: no setting names a file with one")
                .anyMatch(line -> line.startsWith("error    endpoint SQS: http://127.0.0.1:1 does not answer"))
                .anyMatch(line -> line.startsWith("error    queue flotilla-request: "))
                .anyMatch(line -> line.startsWith("error    bucket flotilla-input: "))
                .noneMatch(line -> line.contains("\tat "));
    }

    @Test
    void filesAndPorts_shouldBeLookedAt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> lines = doctor(
                    "flotilla.cluster.port=" + taken.getLocalPort(),
                    "flotilla.http.tls.certificate=" + folder.resolve("none.pem"),
                    "flotilla.http.tls.key=" + file(),
                    "flotilla.http.host=0.0.0.0");

            assertThat(lines)
                    .anyMatch(line -> line.startsWith("error    port " + taken.getLocalPort() + ": another program"))
                    .anyMatch(line -> line.startsWith("error    secrets: flotilla.http.tls.certificate: "))
                    .anyMatch(line -> line.startsWith("ok       secrets: flotilla.http.tls.key: "))
                    .anyMatch(line ->
                            line.startsWith("error    access: flotilla.http.host = 0.0.0.0 serves other machines"));
        }
    }

    @Test
    void modelThatIsNotThere_shouldBeAnError() throws IOException {
        List<String> lines =
                doctor("flotilla.classifier.kind=djl", "flotilla.model.path=" + folder.resolve("no-model"));

        assertThat(lines).anyMatch(line -> line.startsWith("error    model: there is no model folder "));
        assertThat(doctor("flotilla.classifier.kind=table", "flotilla.classifier.table=" + folder.resolve("no.csv")))
                .anyMatch(line -> line.startsWith("error    model: "));
    }

    @Test
    void model_shouldHaveTheNetworkOfTheEngine() throws IOException {
        for (String file : List.of("model.conf", "labels.txt", "model.pt")) {
            Files.copy(Path.of("src/test/resources/models/means", file), folder.resolve(file));
        }
        String path = "flotilla.model.path=" + folder;

        assertThat(doctor("flotilla.classifier.kind=djl", path))
                .contains("ok       model: " + folder + " can be read (classifier.engine = pytorch)");
        assertThat(doctor("flotilla.classifier.kind=djl", path, "flotilla.classifier.engine=onnxruntime"))
                .containsSequence(
                        "error    model: the model's " + folder.resolve("model.onnx")
                                + " cannot be used: it is missing",
                        "         -> make it with models/optimize.py --onnx, or set flotilla.classifier.engine = pytorch");
    }

    /** A service that gives every request the same answer. */
    private static HttpServer answering(int status, String text) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static HttpServer refusingEc2() throws IOException {
        return answering(
                403,
                "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors>"
                        + "<RequestID>r</RequestID></Response>");
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** As on a gateway's machine, whose role has no need to see templates and images. */
    @Test
    void whatARoleMayNotSee_shouldBeAWarningThatNamesThePermission() throws IOException {
        HttpServer ec2 = refusingEc2();
        try {
            List<String> lines = doctor(
                    "flotilla.aws.endpoint.ec2=" + url(ec2),
                    "flotilla.fleet.mode=launch",
                    "flotilla.fleet.launch-template=t",
                    "flotilla.fleet.image-id=ami-1");

            assertThat(lines)
                    .contains("warning  launch template t: it could not be looked at: these credentials lack "
                            + "ec2:DescribeLaunchTemplates and ec2:DescribeLaunchTemplateVersions")
                    .contains(
                            "warning  image ami-1: it could not be looked at: these credentials lack ec2:DescribeImages");
        } finally {
            ec2.stop(0);
        }
    }

    /** A set that is there works without another launch. */
    @Test
    void setOfAnImageThatEc2WouldNotLaunch_shouldBeAWarning() throws IOException {
        HttpServer ec2 = refusingEc2();
        try {
            assertThat(doctor(
                            "flotilla.aws.endpoint.ec2=" + url(ec2),
                            "flotilla.fleet.mode=start-stop",
                            "flotilla.fleet.image-id=ami-1"))
                    .anyMatch(line -> line.startsWith("warning  launch of "))
                    .noneMatch(line -> line.startsWith("error    launch of "));
        } finally {
            ec2.stop(0);
        }
    }

    /** What doctor says of a group whose service answers so. */
    private List<String> group(int status, String answer) throws IOException {
        HttpServer scaling = answering(status, answer);
        try {
            return doctor(
                    "flotilla.aws.endpoint.ec2=http://127.0.0.1:1",
                    "flotilla.aws.endpoint.autoscaling=" + url(scaling),
                    "flotilla.fleet.mode=auto-scaling-group",
                    "flotilla.fleet.auto-scaling-group=workers");
        } finally {
            scaling.stop(0);
        }
    }

    @Test
    void groupThatIsNotThere_shouldBeAnErrorWithTheKeyThatNamesIt() throws IOException {
        assertThat(group(
                        200,
                        "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"
                                + "<DescribeAutoScalingGroupsResult><AutoScalingGroups/></DescribeAutoScalingGroupsResult>"
                                + "</DescribeAutoScalingGroupsResponse>"))
                .containsSequence(
                        "error    Auto Scaling group workers: there is no Auto Scaling group workers",
                        "         -> create it, or name another with flotilla.fleet.auto-scaling-group");
    }

    @Test
    void groupThatARoleMayNotSee_shouldBeAWarningThatNamesThePermission() throws IOException {
        assertThat(group(
                        403,
                        "<ErrorResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><Error><Type>Sender</Type>"
                                + "<Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r</RequestId>"
                                + "</ErrorResponse>"))
                .contains("warning  Auto Scaling group workers: it could not be looked at: these credentials lack "
                        + "autoscaling:DescribeAutoScalingGroups");
    }

    @Test
    void tagsThatARoleMayNotSee_shouldBeAWarningBesideWhatIsSeen() throws IOException {
        try (RefusingSqs sqs = new RefusingSqs()) {
            sqs.refuse("ListQueueTags", "AccessDeniedException");

            assertThat(doctor("flotilla.aws.endpoint.sqs=" + sqs.url()))
                    .contains(
                            "warning  queue flotilla-response: a part of it could not be looked at: these credentials lack "
                                    + "sqs:ListQueueTags")
                    .anyMatch(line -> line.startsWith("ok       queue flotilla-response: "));
        }
    }

    @Test
    void shortLease_shouldBeAWarning() throws IOException {
        assertThat(doctor("flotilla.classifier.delay=20s"))
                .anyMatch(line -> line.startsWith("warning  lease: flotilla.queue.visibility-timeout is 30s"));
    }
}
