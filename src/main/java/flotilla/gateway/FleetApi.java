package flotilla.gateway;

import flotilla.gateway.Endpoint.Access;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** The requests about instances and decisions; the supervisor answers them, wherever it runs. */
final class FleetApi {
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final int DEFAULT_DECISIONS = 100;

    private final ActorSystem<?> system;
    private final ActorRef<SupervisorCommand> supervisor;

    FleetApi(ActorSystem<?> system, ActorRef<SupervisorCommand> supervisor) {
        this.system = system;
        this.supervisor = supervisor;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/v1/fleet", Access.READ, (request, none) -> fleet()),
                new Endpoint("GET", "/v1/scaling/decisions", Access.READ, (request, none) -> decisions(request)));
    }

    private CompletionStage<HttpResponse> fleet() {
        CompletionStage<FleetReport> report =
                AskPattern.ask(supervisor, SupervisorCommand.GetFleet::new, ASK, system.scheduler());
        return report.thenApply(fleet -> Replies.json(200, Replies.json(fleet)));
    }

    private CompletionStage<HttpResponse> decisions(HttpRequest request) {
        int limit = request.getUri()
                .query()
                .get("limit")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(Integer::valueOf)
                .orElse(DEFAULT_DECISIONS);
        CompletionStage<DecisionReport> report = AskPattern.ask(
                supervisor, replyTo -> new SupervisorCommand.GetDecisions(limit, replyTo), ASK, system.scheduler());
        return report.thenApply(decisions -> Replies.json(200, Replies.json(decisions)));
    }
}
