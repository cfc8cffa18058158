package flotilla.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import flotilla.domain.InstanceId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * {@link Faults} over HTTP, for drills and tests in other processes; parameters in the query, no credentials:
 *
 * <ul>
 *   <li>{@code POST /_faults/fail?Action=RunInstances&Code=InsufficientInstanceCapacity&Count=4}: the next calls; with more
 *       parameters, such as {@code &InstanceType=c7i.large}, the next calls that have them too
 *   <li>{@code POST /_faults/dead-process?InstanceId=i-…}: kills its process while it goes on saying running
 *   <li>{@code POST /_faults/kill?InstanceId=i-…}: kills its process, and it says terminated
 *   <li>{@code POST /_faults/hang-termination?InstanceId=i-…}
 *   <li>{@code POST /_faults/interrupt?InstanceId=i-…&Seconds=120}: takes it back then, and tells it so by its metadata
 *   <li>{@code POST /_faults/recommend-rebalance?InstanceId=i-…}: tells it by its metadata that others would last longer
 *   <li>{@code DELETE /_faults}: no more faults
 * </ul>
 */
final class FaultsEndpoint implements HttpHandler {
    static final String PATH = "/_faults";
    /** What EC2 gives. */
    private static final int SPOT_NOTICE_SECONDS = 120;

    private final Faults faults;
    private final InstanceProcesses processes;
    private final MachineNotices notices;

    FaultsEndpoint(Faults faults, InstanceProcesses processes, MachineNotices notices) {
        this.faults = faults;
        this.processes = processes;
        this.notices = notices;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Http.body(exchange);
        try {
            order(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(),
                    Ec2Request.parse(
                            Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                                    .orElse("")));
            Http.sendText(exchange, 200, "ordered\n");
        } catch (Ec2Exception e) {
            Http.sendText(exchange, 400, e.getMessage() + "\n");
        }
    }

    private void order(String what, Ec2Request query) {
        switch (what) {
            case "POST /_faults/fail" -> {
                String action = query.require("Action");
                String code = query.require("Code");
                int count = query.number("Count").orElse(1);
                faults.fail(action, code, count, query.rest());
            }
            case "POST /_faults/dead-process" -> {
                faults.pretendRunning(instance(query));
                processes.kill(instance(query));
            }
            case "POST /_faults/kill" -> processes.kill(instance(query));
            case "POST /_faults/hang-termination" -> faults.hangTermination(instance(query));
            case "POST /_faults/interrupt" ->
                notices.interrupt(
                        instance(query),
                        Duration.ofSeconds(query.number("Seconds").orElse(SPOT_NOTICE_SECONDS)));
            case "POST /_faults/recommend-rebalance" -> notices.recommendRebalance(instance(query));
            case "DELETE /_faults" -> faults.clear();
            default -> throw new Ec2Exception("InvalidAction", "no such fault: " + what);
        }
    }

    private static InstanceId instance(Ec2Request query) {
        return Ec2Descriptions.instanceId(query.require("InstanceId"));
    }
}
