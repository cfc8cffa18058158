package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import flotilla.config.AwsSettings;
import flotilla.testing.LoopbackServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the parameters of each EC2 call and gives the answers that were put in, the last one again and again. */
final class FakeEc2 implements AutoCloseable {
    private static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

    private final LoopbackServer server;
    private final List<Map<String, String>> calls = new CopyOnWriteArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    /** @param status {@link #NO_ANSWER} closes the connection instead */
    private record Answer(int status, String body) {}

    private static final int NO_ANSWER = 0;

    FakeEc2() {
        server = new LoopbackServer(this::answer);
    }

    AwsSettings settings() {
        return new AwsSettings(
                Optional.of("us-east-1"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(server.url()),
                Optional.empty(),
                Optional.of(new AwsSettings.Credentials("local", "local")));
    }

    FakeEc2 answers(String action, String content) {
        answers.add(new Answer(
                200,
                "<" + action + "Response xmlns=\"" + NAMESPACE + "\"><requestId>r</requestId>" + content + "</" + action
                        + "Response>"));
        return this;
    }

    FakeEc2 fails(int status, String code) {
        answers.add(new Answer(
                status,
                "<Response><Errors><Error><Code>" + code
                        + "</Code><Message>no luck</Message></Error></Errors><RequestID>r</RequestID></Response>"));
        return this;
    }

    /** A failure that the SDK tries three times to get over. */
    FakeEc2 failsThreeTimes(int status, String code) {
        return fails(status, code).fails(status, code).fails(status, code);
    }

    /** The call arrives, and its answer is lost; and that of each of the SDK's tries. */
    FakeEc2 losesThreeAnswers() {
        for (int i = 0; i < 3; i++) {
            answers.add(new Answer(NO_ANSWER, ""));
        }
        return this;
    }

    List<Map<String, String>> calls() {
        return calls;
    }

    static String instance(String id, String state, String tags) {
        return instance(id, state, tags, "");
    }

    /** @param more elements that it has besides */
    static String instance(String id, String state, String tags, String more) {
        return "<item><instanceId>" + id + "</instanceId><instanceState><code>0</code><name>" + state
                + "</name></instanceState><launchTime>2026-11-22T10:00:00.000Z</launchTime><tagSet>" + tags
                + "</tagSet>" + more + "</item>";
    }

    static String tag(String key, String value) {
        return "<item><key>" + key + "</key><value>" + value + "</value></item>";
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> parameters = new TreeMap<>();
        for (String pair : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
            int equals = pair.indexOf('=');
            parameters.put(
                    URLDecoder.decode(pair.substring(0, equals), UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        calls.add(parameters);
        Answer answer = answers.size() > 1 ? answers.poll() : answers.peek();
        if (answer.status() == NO_ANSWER) {
            exchange.close();
            return;
        }
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/xml");
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.close();
    }
}
