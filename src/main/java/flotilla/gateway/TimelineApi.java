package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.InstanceId;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.gateway.Endpoint.Access;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.HolderReport;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.ResultStore;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.Timeline;
import flotilla.protocol.TimelineJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests for one image's story. It is put together when somebody asks: from the result, which knows most, from what is kept of
 * workers that died, and from the decisions that supplied the workers. Nothing is written for it on an image's way.
 */
final class TimelineApi {
    private static final Logger LOG = LoggerFactory.getLogger(TimelineApi.class);
    private static final Duration ASK = Duration.ofSeconds(3);
    /** While an image waits in the queue nobody answers that he has it. */
    private static final Duration WHO_HAS = Duration.ofSeconds(1);

    /** What EC2's ids begin with; other workers were started by hand, and no decision supplied them. */
    private static final String INSTANCE = "i-";

    /**
     * What it is put together from.
     *
     * @param recent what this gateway remembers
     */
    record Sources(
            Answers answers,
            ResultStore results,
            QuarantineStore quarantine,
            AttemptStore attempts,
            DecisionArchive archive,
            ActorRef<SupervisorCommand> supervisor,
            RecentImages recent) {}

    private final ActorSystem<?> system;
    private final Sources sources;
    private final Clock clock;

    TimelineApi(ActorSystem<?> system, Sources sources, Clock clock) {
        this.system = system;
        this.sources = sources;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(new Endpoint("GET", "/v1/classifications/{id}/timeline", Access.READ, this::timeline));
    }

    private CompletionStage<HttpResponse> timeline(HttpRequest request, String text) {
        Optional<RequestId> id = RequestId.parse(text).map(uuid -> new RequestId(uuid.toString()));
        return id.isEmpty()
                ? Answers.done(Problem.unknownId(text).toResponse())
                : sources.results()
                        .generations(id.get())
                        .thenCompose(results -> results.isEmpty() ? pending(id.get()) : answered(id.get(), results));
    }

    /** An image with results, of which the last one stands. */
    private CompletionStage<HttpResponse> answered(RequestId id, List<ClassificationResult> results) {
        ClassificationResult standing = results.get(results.size() - 1);
        boolean mayFollow = standing.outcome().isProvisional();
        CompletionStage<FormerLives> former = mayFollow || results.size() > 1
                ? redrives(id).thenApply(redrives -> FormerLives.of(results, redrives))
                : Answers.done(FormerLives.NONE);
        CompletionStage<Optional<TimelineParts.Holder>> holder =
                mayFollow ? holder(id) : Answers.done(Optional.empty());
        CompletionStage<List<AttemptStore.Attempt>> attempts =
                sources.attempts().of(id);
        CompletionStage<Optional<Duration>> age = sources.results().age(id, results.size());
        CompletionStage<TimelineParts> parts =
                former.thenCompose(lives -> holder.thenCompose(held -> attempts.thenCombine(
                        age,
                        (tried, old) -> new TimelineParts(
                                id,
                                Optional.of(standing),
                                lives,
                                old.map(clock.instant()::minus),
                                tried,
                                held,
                                sources.recent().find(id)))));
        return parts.thenCompose(this::response);
    }

    /** The story goes without them where they cannot be read. */
    private CompletionStage<List<QuarantineStore.Redriven>> redrives(RequestId id) {
        return sources.quarantine().redrives(id).exceptionally(away -> {
            LOG.warn("request={} the timeline goes without its redrives: {}", id, away.getMessage());
            return List.of();
        });
    }

    private CompletionStage<HttpResponse> pending(RequestId id) {
        return sources.answers()
                .unanswered(id)
                .thenCompose(state -> state == Unanswered.PENDING
                        ? sources.attempts()
                                .of(id)
                                .thenCombine(
                                        holder(id),
                                        (attempts, holder) -> new TimelineParts(
                                                id,
                                                Optional.empty(),
                                                FormerLives.NONE,
                                                Optional.empty(),
                                                attempts,
                                                holder,
                                                sources.recent().find(id)))
                                .thenCompose(this::response)
                        : Answers.done(state.problem(id).orElseThrow().toResponse()));
    }

    private CompletionStage<Optional<TimelineParts.Holder>> holder(RequestId id) {
        CompletionStage<HolderReport> report = AskPattern.ask(
                sources.supervisor(),
                replyTo -> new SupervisorCommand.FindHolder(id, replyTo),
                WHO_HAS,
                system.scheduler());
        return report.handle((known, nobody) -> Optional.ofNullable(known)
                .map(one -> new TimelineParts.Holder(one, clock.instant().minus(one.held()))));
    }

    private CompletionStage<HttpResponse> response(TimelineParts parts) {
        return workers(parts).thenApply(workers -> Replies.json(200, TimelineJson.toJson(timeline(parts, workers))));
    }

    private static Timeline timeline(TimelineParts parts, List<Timeline.Worker> workers) {
        Optional<Outcome> outcome = parts.result().map(ClassificationResult::outcome);
        return new Timeline(
                parts.id(),
                outcome.map(known -> known instanceof Outcome.Labelled ? "done" : "failed")
                        .orElse("pending"),
                parts.result().map(known -> known.file().value()),
                outcome.map(known -> known instanceof Outcome.Labelled labelled
                        ? labelled.label()
                        : ((Outcome.Failed) known).code().text()),
                parts.traceId(),
                parts.events(),
                workers);
    }

    private CompletionStage<List<Timeline.Worker>> workers(TimelineParts parts) {
        CompletionStage<List<Timeline.Worker>> all = Answers.done(new ArrayList<>());
        for (String worker : parts.workers()) {
            all = all.thenCombine(worker(parts, worker), (list, one) -> {
                list.add(one);
                return list;
            });
        }
        return all;
    }

    private CompletionStage<Timeline.Worker> worker(TimelineParts parts, String worker) {
        OptionalInt appTierId = parts.result()
                .filter(known ->
                        known.workerId().filter(id -> id.value().equals(worker)).isPresent())
                .flatMap(ClassificationResult::appTierId)
                .map(id -> OptionalInt.of(id.value()))
                .orElse(OptionalInt.empty());
        return worker.startsWith(INSTANCE)
                ? supplier(new InstanceId(worker), parts.wasThere(worker))
                        .thenApply(found ->
                                new Timeline.Worker(worker, appTierId, found.map(decision -> supply(decision, worker))))
                : Answers.done(new Timeline.Worker(worker, appTierId, Optional.empty()));
    }

    /** The supervisor remembers its own last decisions; what came before is in the ledger. Without either the rest is told. */
    private CompletionStage<Optional<Decision>> supplier(InstanceId instance, Instant wasThere) {
        CompletionStage<DecisionReport> remembered = AskPattern.ask(
                sources.supervisor(),
                replyTo -> new SupervisorCommand.GetSupplier(instance, wasThere, replyTo),
                ASK,
                system.scheduler());
        return remembered
                .thenApply(report -> report.decisions().stream().findFirst())
                .exceptionally(failure -> {
                    LOG.warn("the supervisor does not say who supplied {}: {}", instance, failure.getMessage());
                    return Optional.empty();
                })
                .thenCompose(found -> found.isPresent()
                        ? Answers.done(found)
                        : sources.archive().supplier(instance, wasThere).exceptionally(failure -> {
                            LOG.warn("the ledger does not say who supplied {}: {}", instance, failure.getMessage());
                            return Optional.empty();
                        }));
    }

    private static Timeline.Supplier supply(Decision decision, String worker) {
        String kind = decision.actions().stream()
                .filter(action -> action.instanceId().equals(worker))
                .map(DecisionReport.Action::kind)
                .findFirst()
                .orElse(decision.decision());
        return new Timeline.Supplier(
                decision.n(), decision.at(), kind, decision.reason(), DecisionStory.sentence(decision));
    }
}
