package flotilla.metrics;

import flotilla.cost.Spent;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport;
import flotilla.scaling.CountedAs;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.Traffic;
import flotilla.supervisor.SupervisorMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the supervisor sees and does. Counters stay on every gateway that has had the supervisor; the figures of now are on the
 * one that has it, and only those that are known.
 */
public final class SupervisorMetrics implements SupervisorMeters {
    private static final String QUEUE = "flotilla.queue.messages";
    private static final String QUEUE_MEANS =
            "The request queue's messages as SQS counts them, which is late and approximate";
    private static final String INSTANCES = "flotilla.supervisor.instances";
    private static final String INSTANCES_MEANS = "Instances by what they are to the supervisor";
    private static final double MILLIS = 1000;

    private final MeterRegistry registry;
    private final List<KnownFigure> figures = new ArrayList<>();
    private final Map<String, KnownFigure> messages = new LinkedHashMap<>();
    private final Map<CountedAs, KnownFigure> instances = new EnumMap<>(CountedAs.class);
    private final KnownFigure disagreement;
    private final KnownFigure acting;
    private final KnownFigure decidedAt;
    private final KnownFigure desired;
    private final KnownFigure scalesOut;
    private final KnownFigure service;
    private final Counter findings;

    SupervisorMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (String state : List.of("visible", "in-flight", "delayed")) {
            messages.put(state, figure(QUEUE, Tags.of("state", state), null, QUEUE_MEANS));
        }
        for (CountedAs state : CountedAs.values()) {
            instances.put(state, figure(INSTANCES, Tags.of("state", state.label()), null, INSTANCES_MEANS));
        }
        this.disagreement = figure(
                "flotilla.supervisor.count.difference",
                Tags.empty(),
                "messages",
                "SQS's count of messages less the gateways' own count of images without an answer");
        this.acting = figure(
                "flotilla.supervisor.acting",
                Tags.empty(),
                null,
                "1 when this gateway's supervisor may act, 0 when it waits");
        this.decidedAt = figure(
                "flotilla.supervisor.last.decision.timestamp",
                Tags.empty(),
                "seconds",
                "When it decided last, Unix time");
        this.desired = figure(
                "flotilla.supervisor.desired.instances", Tags.empty(), null, "Instances wanted, within the limits");
        this.scalesOut = figure(
                "flotilla.supervisor.scale.out.enabled",
                Tags.empty(),
                null,
                "0 while what is wanted is only shown (dry run, workers started by hand) or scale-out is paused, else 1");
        this.service = figure(
                "flotilla.supervisor.service.time",
                Tags.empty(),
                "seconds",
                "What one instance takes for an image, as learned from the workers or assumed");
        this.findings = Counter.builder("flotilla.supervisor.findings")
                .description("What the auditor found not to fit together")
                .register(registry);
    }

    private KnownFigure figure(String name, Tags tags, String unit, String means) {
        KnownFigure figure = new KnownFigure(registry, name, tags, unit, means);
        figures.add(figure);
        return figure;
    }

    @Override
    public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {
        acting.is(plan.mayAct() ? 1 : 0);
        decidedAt.is(plan.at().toEpochMilli() / MILLIS);
        plan.depth().ifPresentOrElse(known -> queue(known, plan), this::queueUnknown);
        if (plan.instancesKnown()) {
            census(plan.census());
        } else {
            instances.values().forEach(KnownFigure::isUnknown);
        }
        plan.desired().ifPresentOrElse(desired::is, desired::isUnknown);
        if (plan.mayAct()) {
            boolean shown = actions.stream().anyMatch(DecisionReport.Action::onlyShown);
            scalesOut.is(shown || plan.isScaleOutPaused() ? 0 : 1);
        } else {
            scalesOut.isUnknown();
        }
        service.is(plan.next().model().serviceSeconds());
        findings.increment(plan.findings().size());
        decisions(plan.reason()).increment();
        actions.forEach(action -> actions(action).increment());
    }

    private void queue(QueueDepth depth, ScalingPlan plan) {
        messages.get("visible").is(depth.visible());
        messages.get("in-flight").is(depth.inFlight());
        messages.get("delayed").is(depth.delayed());
        Traffic traffic = plan.next().model().lastTraffic();
        if (traffic.isKnown()) {
            disagreement.is(traffic.difference(depth.messages()));
        } else {
            disagreement.isUnknown();
        }
    }

    private void queueUnknown() {
        messages.values().forEach(KnownFigure::isUnknown);
        disagreement.isUnknown();
    }

    private void census(ScalingPlan.Census census) {
        instances.get(CountedAs.PENDING).is(census.pending());
        instances.get(CountedAs.RUNNING).is(census.running());
        instances.get(CountedAs.DRAINING).is(census.draining());
        instances.get(CountedAs.SILENT).is(census.silent());
        instances.get(CountedAs.ENDING).is(census.ending());
        instances.get(CountedAs.SPARE).is(census.spare());
    }

    private Counter decisions(String reason) {
        return Counter.builder("flotilla.supervisor.decisions")
                .description("Decisions, holds included, by reason")
                .tag("reason", reason)
                .register(registry);
    }

    private Counter actions(DecisionReport.Action action) {
        String outcome = action.onlyShown() ? "shown" : action.succeeded() ? "ok" : "failed";
        return Counter.builder("flotilla.supervisor.actions")
                .description("Actions of decisions, by kind and by what became of them")
                .tag("kind", action.kind())
                .tag("outcome", outcome)
                .register(registry);
    }

    /** The price list's currency is known with the first of them; all are there from then on. */
    @Override
    public void spent(Spent more) {
        Counter.builder("flotilla.supervisor.instance")
                .description("Time of instances for which EC2 charges, summed over them")
                .baseUnit("seconds")
                .register(registry)
                .increment(more.instanceSeconds());
        Counter.builder("flotilla.supervisor.instance.busy")
                .description("Of which classifiers were at work, each of an instance's n for its nth part")
                .baseUnit("seconds")
                .register(registry)
                .increment(more.busySeconds());
        Counter.builder("flotilla.supervisor.cost")
                .description("What instances and requests to AWS cost by the price list, in its currency")
                .tag("currency", more.currency())
                .register(registry)
                .increment(more.cost());
    }

    @Override
    public void ended() {
        figures.forEach(KnownFigure::isUnknown);
    }
}
