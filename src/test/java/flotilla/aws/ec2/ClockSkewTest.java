package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.AwsSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;

/** A service whose clock is an hour ahead of this machine's: the next try is signed with its time. */
class ClockSkewTest {
    private static final Duration AHEAD = Duration.ofHours(1);
    private static final DateTimeFormatter SIGNED_AT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String EXPIRED =
            "<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired."
                    + "</Message></Error></Errors><RequestID>r</RequestID></Response>";
    private static final String NOTHING =
            "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
                    + "<requestId>r</requestId><reservationSet/></DescribeInstancesResponse>";

    /** When requests were signed, by their own word. */
    private final List<Instant> signed = Collections.synchronizedList(new ArrayList<>());

    @Test
    void refusedForItsTime_shouldBeSignedAnewWithTheServersTime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerAll(server), "skewed-service");
            answering.setDaemon(true);
            answering.start();
            AwsSettings settings = new AwsSettings(
                    Optional.of("us-east-1"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(URI.create("http://127.0.0.1:" + server.getLocalPort())),
                    Optional.empty(),
                    Optional.of(new AwsSettings.Credentials("local", "local")));
            try (AwsClients clients = AwsClients.open(settings, 0);
                    Ec2AsyncClient ec2 = Ec2InstanceFleet.client(clients)) {
                assertThat(Await.result(ec2.describeInstances()).reservations()).isEmpty();
            }
        }

        assertThat(signed).hasSize(2);
        assertThat(Duration.between(signed.get(0), signed.get(1))).isGreaterThan(AHEAD.dividedBy(2));
    }

    private void answerAll(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                answer(connection);
            } catch (IOException e) {
                // The test has closed it, or the client has.
            }
        }
    }

    private void answer(Socket connection) throws IOException {
        BufferedReader request = new BufferedReader(new InputStreamReader(connection.getInputStream(), ISO_8859_1));
        int length = 0;
        for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.split(":")[1].strip());
            } else if (lower.startsWith("x-amz-date:")) {
                signed.add(Instant.from(SIGNED_AT.parse(line.split(":", 2)[1].strip())));
            }
        }
        for (int read = 0; read < length; read++) {
            request.read();
        }
        String body = signed.size() == 1 ? EXPIRED : NOTHING;
        String head = (signed.size() == 1 ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 200 OK")
                + "\r\nContent-Type: text/xml\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\nDate: "
                + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.now().plus(AHEAD).atOffset(ZoneOffset.UTC))
                + "\r\n\r\n";
        connection.getOutputStream().write((head + body).getBytes(ISO_8859_1));
        connection.getOutputStream().flush();
    }
}
