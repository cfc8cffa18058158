package flotilla.gateway;

import flotilla.cost.Since;
import flotilla.protocol.CostJson;
import flotilla.protocol.CostReport;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;

/** What the supervisor knows, wherever in the cluster it runs: the fleet, its decisions and its costs. */
final class ScalingAnswers {
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final int DEFAULT_DECISIONS = 100;
    /** What is asked for in one message when a client wants more than comes in one. */
    private static final int PAGE = 200;

    private final ActorSystem<?> system;
    private final ActorRef<SupervisorCommand> supervisor;

    ScalingAnswers(ActorSystem<?> system, ActorRef<SupervisorCommand> supervisor) {
        this.system = system;
        this.supervisor = supervisor;
    }

    CompletionStage<HttpResponse> fleet(HttpRequest request) {
        CompletionStage<FleetReport> report = ask(SupervisorCommand.GetFleet::new);
        return report.thenApply(fleet -> Replies.json(200, Replies.json(fleet)));
    }

    /** What was used, and what it costs. */
    CompletionStage<HttpResponse> cost(HttpRequest request) {
        Optional<Since> since =
                request.getUri().query().get("since").map(Since::parse).orElse(Optional.of(Since.EVER));
        if (since.isEmpty()) {
            return done(badSince());
        }
        CompletionStage<CostReport> report = ask(replyTo -> new SupervisorCommand.GetCost(since.get(), replyTo));
        return report.thenApply(cost -> since.get().moment(cost.to()).isAfter(cost.to())
                ? badSince()
                : Replies.json(200, CostJson.toJson(cost)));
    }

    private static HttpResponse badSince() {
        return Problem.of(400, "bad-since", "since is no time in the past", "give " + Since.FORMS)
                .toResponse();
    }

    /** The last decisions, newest first. */
    CompletionStage<HttpResponse> decisions(HttpRequest request) {
        int limit = limit(request, DEFAULT_DECISIONS);
        CompletionStage<DecisionReport> newest = ask(replyTo -> new SupervisorCommand.GetDecisions(limit, replyTo));
        return newest.thenCompose(report -> report.more() ? withOlder(report, limit) : done(report.decisions()))
                .thenApply(decisions -> Replies.json(200, Replies.decisions(decisions)));
    }

    /** The number that the query parameter {@code limit} names. */
    static int limit(HttpRequest request, int fallback) {
        return request.getUri()
                .query()
                .get("limit")
                .filter(text -> text.matches("\\d{1,6}"))
                .map(Integer::valueOf)
                .orElse(fallback);
    }

    /** Not all came in one message; numbers have no gaps, so the rest begins where the wanted number of them does. */
    private CompletionStage<List<Decision>> withOlder(DecisionReport newest, int limit) {
        List<Decision> known = newest.decisions();
        long oldestKnown = known.get(known.size() - 1).n();
        return older(known.get(0).n() - limit, oldestKnown, new ArrayList<>())
                .thenApply(
                        older -> Stream.concat(known.stream(), older.stream()).toList());
    }

    /** Decisions after one and before another, newest first, message by message. */
    private CompletionStage<List<Decision>> older(long after, long before, List<Decision> found) {
        CompletionStage<DecisionReport> next =
                ask(replyTo -> new SupervisorCommand.GetDecisionsAfter(after, PAGE, replyTo));
        return next.thenCompose(report -> {
            List<Decision> fitting =
                    report.decisions().stream().filter(one -> one.n() < before).toList();
            found.addAll(0, fitting);
            boolean complete = fitting.isEmpty() || fitting.get(0).n() == before - 1;
            return complete ? done(found) : older(fitting.get(0).n(), before, found);
        });
    }

    /** One decision by its number. */
    CompletionStage<HttpResponse> decision(String number) {
        if (!number.matches("\\d{1,18}")) {
            return done(Problem.of(
                            400,
                            "bad-number",
                            "this is not the number of a decision",
                            "ask for a whole number, the n of GET /v1/scaling/decisions")
                    .toResponse());
        }
        long n = Long.parseLong(number);
        CompletionStage<DecisionReport> report = ask(replyTo -> new SupervisorCommand.GetDecision(n, replyTo));
        return report.thenApply(found -> found.decisions().stream()
                .findFirst()
                .map(decision -> Replies.json(200, Replies.json(decision)))
                .orElseGet(() -> Problem.of(
                                404,
                                "unknown-decision",
                                "decision " + n + " is not remembered",
                                "GET /v1/scaling/decisions lists those that are; a supervisor remembers its last ones"
                                        + " (flotilla.scaling.history)")
                        .toResponse()));
    }

    private <T> CompletionStage<T> ask(Function<ActorRef<T>, SupervisorCommand> question) {
        return AskPattern.ask(supervisor, question, ASK, system.scheduler());
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
