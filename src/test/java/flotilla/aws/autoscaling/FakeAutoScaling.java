package flotilla.aws.autoscaling;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import flotilla.config.AwsSettings;
import flotilla.testing.LoopbackServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An EC2 Auto Scaling with one group as a test sets it up; it records calls, does as told, and refuses what it was told to. */
final class FakeAutoScaling implements AutoCloseable {
    static final String GROUP = "workers";

    private static final String NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

    private final LoopbackServer server;
    private final List<Map<String, String>> calls = new CopyOnWriteArrayList<>();
    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final Map<String, String> members = new TreeMap<>();
    private final List<String> hooks = new CopyOnWriteArrayList<>();
    private int min;
    private int max = 10;
    private int desired;

    FakeAutoScaling() {
        server = new LoopbackServer(this::answer);
    }

    AwsSettings settings() {
        return new AwsSettings(
                Optional.of("us-east-1"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(server.url()),
                Optional.of(new AwsSettings.Credentials("local", "local")));
    }

    synchronized FakeAutoScaling limits(int newMin, int newMax) {
        min = newMin;
        max = newMax;
        return this;
    }

    synchronized FakeAutoScaling desired(int capacity) {
        desired = capacity;
        return this;
    }

    synchronized int desired() {
        return desired;
    }

    synchronized FakeAutoScaling member(String id, String lifecycle, boolean isProtected) {
        members.put(
                id,
                "<member><InstanceId>" + id + "</InstanceId><InstanceType>c7i.large</InstanceType>"
                        + "<AvailabilityZone>us-east-1a</AvailabilityZone><LifecycleState>" + lifecycle
                        + "</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>" + isProtected
                        + "</ProtectedFromScaleIn></member>");
        return this;
    }

    /** @param transition such as {@code autoscaling:EC2_INSTANCE_TERMINATING} */
    FakeAutoScaling hook(String name, String transition) {
        hooks.add("<member><LifecycleHookName>" + name + "</LifecycleHookName><AutoScalingGroupName>" + GROUP
                + "</AutoScalingGroupName><LifecycleTransition>" + transition + "</LifecycleTransition></member>");
        return this;
    }

    /** From now on an action is refused. */
    FakeAutoScaling refuses(String action, String code) {
        refusals.put(action, code);
        return this;
    }

    /** The calls of an action, each with its parameters. */
    List<Map<String, String>> calls(String action) {
        return calls.stream().filter(call -> call.get("Action").equals(action)).toList();
    }

    /** What was done, without what was only read. */
    List<String> changes() {
        List<String> changes = new ArrayList<>();
        calls.stream()
                .map(call -> call.get("Action"))
                .filter(action -> !action.startsWith("Describe"))
                .forEach(changes::add);
        return changes;
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, String> call = new TreeMap<>();
        for (String pair : new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&")) {
            int equals = pair.indexOf('=');
            call.put(
                    URLDecoder.decode(pair.substring(0, equals), UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        calls.add(call);
        String action = call.get("Action");
        String code = refusals.get(action);
        String text = code == null
                ? "<" + action + "Response xmlns=\"" + NAMESPACE + "\"><" + action + "Result>" + perform(call) + "</"
                        + action + "Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></" + action
                        + "Response>"
                : "<ErrorResponse xmlns=\"" + NAMESPACE + "\"><Error><Type>Sender</Type><Code>" + code
                        + "</Code><Message>no luck</Message></Error><RequestId>r</RequestId></ErrorResponse>";
        byte[] body = text.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/xml");
        exchange.sendResponseHeaders(code == null ? 200 : 400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private synchronized String perform(Map<String, String> call) {
        switch (call.get("Action")) {
            case "DescribeAutoScalingGroups" -> {
                return call.get("AutoScalingGroupNames.member.1").equals(GROUP)
                        ? "<AutoScalingGroups><member><AutoScalingGroupName>" + GROUP
                                + "</AutoScalingGroupName><MinSize>"
                                + min + "</MinSize><MaxSize>" + max + "</MaxSize><DesiredCapacity>" + desired
                                + "</DesiredCapacity><NewInstancesProtectedFromScaleIn>true"
                                + "</NewInstancesProtectedFromScaleIn><Instances>" + String.join("", members.values())
                                + "</Instances></member></AutoScalingGroups>"
                        : "<AutoScalingGroups/>";
            }
            case "SetDesiredCapacity" -> desired = Integer.parseInt(call.get("DesiredCapacity"));
            case "TerminateInstanceInAutoScalingGroup" -> {
                members.remove(call.get("InstanceId"));
                desired -= Boolean.parseBoolean(call.get("ShouldDecrementDesiredCapacity")) ? 1 : 0;
            }
            case "DescribeLifecycleHooks" -> {
                return "<LifecycleHooks>" + String.join("", hooks) + "</LifecycleHooks>";
            }
            default -> {}
        }
        return "";
    }

    @Override
    public void close() {
        server.close();
    }
}
