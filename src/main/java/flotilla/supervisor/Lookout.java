package flotilla.supervisor;

import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetController.Readings;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;

/** Looks at queue and fleet. What cannot be read is empty, never zero, and is said in the log. Safe for all threads. */
final class Lookout {
    private final FleetOperator operator;
    private final Supplier<CompletionStage<QueueDepth>> depth;
    private final Logger log;

    Lookout(FleetOperator operator, Supplier<CompletionStage<QueueDepth>> depth, Logger log) {
        this.operator = operator;
        this.depth = depth;
        this.log = log;
    }

    /** Asks queue and fleet at the same time; always completes normally. */
    CompletionStage<Readings> look() {
        CompletionStage<Optional<InstanceFleet.Described>> fleet = orNothing(operator.describe(), "describe instances");
        CompletionStage<Optional<List<DrainConfirmation>>> confirmations =
                orNothing(operator.confirmations(), "read the terminate-confirm queue");
        return orNothing(depth.get(), "read the queue's depth")
                .thenCombine(
                        fleet,
                        (known, described) -> new Readings(
                                known,
                                described.map(InstanceFleet.Described::instances),
                                described.map(InstanceFleet.Described::ordered).orElse(0),
                                List.of()))
                .thenCombine(
                        confirmations,
                        (read, confirmed) -> new Readings(
                                read.depth(), read.instances(), read.ordered(), confirmed.orElse(List.of())));
    }

    private <T> CompletionStage<Optional<T>> orNothing(CompletionStage<T> read, String what) {
        return read.handle((known, failure) -> {
            if (failure != null) {
                log.warn("cannot {}: {}", what, failure.getMessage());
            }
            return Optional.ofNullable(known);
        });
    }
}
