package flotilla.gateway;

import flotilla.domain.ClassificationResult;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.AttemptStore.Attempt;
import flotilla.protocol.HolderReport;
import flotilla.protocol.Timeline.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is known of an image, put in order. A result has most of it; what a result cannot know comes from the store and from what this
 * gateway remembers. Pure.
 *
 * @param result that stands; empty while there is none
 * @param former what came before, when it was given up
 * @param storedAt when the result was written, to a second; empty when that is not known
 * @param attempts processes that are known to have had the image inside
 * @param holder the worker that has it now, when there is no result or another may follow
 * @param recent what this gateway remembers
 */
record TimelineParts(
        RequestId id,
        Optional<ClassificationResult> result,
        FormerLives former,
        Optional<Instant> storedAt,
        List<Attempt> attempts,
        Optional<Holder> holder,
        RecentImages.Image recent) {
    /**
     * A worker that has the image now.
     *
     * @param since when it got it, by the gateway's clock
     */
    record Holder(HolderReport report, Instant since) {}

    private static final double NANOS_PER_MILLI = 1e6;

    TimelineParts {
        attempts = List.copyOf(attempts);
    }

    private Optional<Journey> journey() {
        return result.flatMap(ClassificationResult::journey);
    }

    /** What ended its way; empty while there is nothing, or since it was put back. */
    private Optional<ClassificationResult> end() {
        return result.filter(one -> !former.again());
    }

    private Optional<Journey.Work> work() {
        return end().flatMap(ClassificationResult::journey).flatMap(Journey::work);
    }

    private Optional<Journey.GivenUp> givenUp() {
        return end().flatMap(ClassificationResult::journey).flatMap(Journey::givenUp);
    }

    Optional<String> traceId() {
        return journey()
                .flatMap(Journey::trace)
                .or(() -> recent.taken().flatMap(RecentImages.Taken::trace))
                .map(TraceParent::traceId);
    }

    /** The workers that are known to have had it, the one that answered last. */
    List<String> workers() {
        Set<String> all = new LinkedHashSet<>();
        processes().forEach(process -> all.add(VainDeliveries.worker(process)));
        holder.ifPresent(known -> all.add(known.report().worker()));
        result.flatMap(ClassificationResult::workerId).ifPresent(answered -> {
            all.remove(answered.value());
            all.add(answered.value());
        });
        return List.copyOf(all);
    }

    /** A moment at which a worker was there already, as early as can be told: it may have been launched for this very image. */
    Instant wasThere(String worker) {
        boolean answered = result.flatMap(ClassificationResult::workerId)
                .filter(id -> id.value().equals(worker))
                .isPresent();
        Optional<Instant> held =
                holder.filter(known -> known.report().worker().equals(worker)).map(Holder::since);
        return (answered ? work().map(Journey.Work::workerSince).or(() -> storedAt) : held)
                .or(() -> began(worker))
                .orElseGet(id::acceptedAt);
    }

    private Optional<Instant> began(String worker) {
        return processes().stream()
                .filter(process -> VainDeliveries.worker(process).equals(worker) && !process.equals(worker))
                .map(process -> Instant.ofEpochMilli(Long.parseLong(process.substring(worker.length() + 1))))
                .findFirst();
    }

    private List<String> processes() {
        Set<String> all = new LinkedHashSet<>(former.died());
        all.addAll(died());
        attempts.forEach(one -> all.add(one.process()));
        return List.copyOf(all);
    }

    /** Those of the result, which are forgiven and not in the store any more, and those of the store. */
    private List<String> died() {
        Set<String> all = new LinkedHashSet<>();
        work().ifPresent(known -> all.addAll(known.died()));
        givenUp().ifPresent(known -> all.addAll(known.died()));
        attempts.stream().filter(Attempt::died).forEach(one -> all.add(one.process()));
        return List.copyOf(all);
    }

    /** The steps in their order. */
    List<Event> events() {
        List<Event> events = new ArrayList<>();
        acceptance(events);
        events.addAll(former.events());
        if (!isLate()) {
            events.addAll(VainDeliveries.events(died(), inVain()));
        }
        end().ifPresent(answer -> {
            work().ifPresent(known -> work(events, answer, known));
            end(events, answer);
        });
        now(events);
        return events;
    }

    /** Whether the answer is to a message that had been given up: its deliveries are told with that. */
    private boolean isLate() {
        return !former.lives().isEmpty()
                && former.areKnown()
                && work().filter(known -> !former.precede(known.queuedAt())).isPresent();
    }

    /** Who has it. */
    private void now(List<Event> events) {
        if (holder.isPresent()) {
            HolderReport report = holder.get().report();
            events.add(Event.at(VainDeliveries.LEASED, holder.map(Holder::since))
                    .by(report.worker())
                    .delivery(report.delivery())
                    .note(report.classifying() ? "which has it inside a classifier" : "which has it in hand"));
        } else if (end().isEmpty()) {
            attempts.stream()
                    .filter(one -> !one.died())
                    .forEach(one -> events.add(Event.at(VainDeliveries.LEASED, Optional.empty())
                            .by(VainDeliveries.worker(one.process()))
                            .note("which has it inside a classifier, alone")));
        }
    }

    private void acceptance(List<Event> events) {
        Event uploaded = Event.at("uploaded", Optional.of(id.acceptedAt()));
        events.add(journey().map(known -> uploaded.by(known.gateway().value())).orElse(uploaded));
        events.add(Event.at(
                "stored",
                journey().map(Journey::storedAt).or(() -> recent.taken().map(RecentImages.Taken::storedAt))));
        events.add(Event.at(
                "queued",
                work().map(Journey.Work::queuedAt)
                        .filter(at -> !former.precede(at))
                        .or(() -> recent.taken().map(RecentImages.Taken::queuedAt))));
    }

    /** Deliveries without an outcome since its message was sent last; empty when they are not known. */
    private OptionalInt inVain() {
        if (end().filter(one -> one.outcome().isProvisional()).isPresent()) {
            return givenUp().map(Journey.GivenUp::deliveries).orElse(OptionalInt.empty());
        }
        return OptionalInt.of(work().map(Journey.Work::delivery)
                        .or(() -> holder.map(known -> known.report().delivery()))
                        .orElse(1)
                - 1);
    }

    /** From the end back, since how long a step took is kept and not when it began. */
    private static void work(List<Event> events, ClassificationResult result, Journey.Work work) {
        Event leased =
                Event.at(VainDeliveries.LEASED, Optional.of(work.leasedAt())).delivery(work.delivery());
        events.add(result.workerId().map(id -> leased.by(id.value())).orElse(leased));
        Map<String, Double> timings = result.timings();
        if (work.batch() == 0) {
            return;
        }
        Instant end = work.finishedAt();
        Instant begin = end.minus(millis(timings, "classify"));
        events.add(Event.at("fetched", Optional.of(begin.minus(millis(timings, "wait")))));
        events.add(Event.at("batched", Optional.of(begin)).images(work.batch()));
        if (timings.containsKey("decode")) {
            events.add(Event.at("decoded", Optional.of(end.minus(millis(timings, "predict")))));
        }
        if (result.outcome() instanceof Outcome.Labelled labelled) {
            events.add(Event.at("predicted", Optional.of(end)).note(labelled.label()));
        }
    }

    private void end(List<Event> events, ClassificationResult answer) {
        if (answer.outcome() instanceof Outcome.Failed failed) {
            events.add(Event.at("failed", outcomeAt()).note(failed.text()));
        }
        // What was heard of may have been the failure before.
        Optional<Instant> heard = recent.answered()
                .filter(one -> !one.provisional() || answer.outcome().isProvisional())
                .map(RecentImages.Answered::at);
        events.add(Event.at("result-stored", stored(heard)));
        Event answered = Event.at("answered", heard);
        events.add(
                heard.isPresent()
                        ? answered
                        : answered.note("when is not remembered here; the result can be had since it was stored"));
    }

    /** When there was an outcome. */
    private Optional<Instant> outcomeAt() {
        return work().map(Journey.Work::finishedAt).or(() -> givenUp().map(Journey.GivenUp::at));
    }

    /** The store knows whole seconds: not before there was an outcome, nor after the answer was heard of. */
    private Optional<Instant> stored(Optional<Instant> heard) {
        return storedAt.map(at -> {
            Instant least = outcomeAt().orElse(at);
            Instant notBefore = at.isBefore(least) ? least : at;
            return heard.filter(known -> !known.isBefore(least) && known.isBefore(notBefore))
                    .orElse(notBefore);
        });
    }

    private static Duration millis(Map<String, Double> timings, String stage) {
        return Duration.ofNanos(Math.round(timings.getOrDefault(stage, 0.0) * NANOS_PER_MILLI));
    }
}
