package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.PlannerRules.DrainChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The terminate requests as far as is known, with the drain channel {@code queues}. A request is
 *
 * <ul>
 *   <li><i>open</i> from the moment it was asked for until a worker has confirmed it, has reported that it is drained by
 *       it, or until it was taken back;
 *   <li><i>taken</i> while the worker that has it is alive and says so: it cannot be taken back any more;
 *   <li><i>waiting</i> when it is open and not taken. When the taker dies its request waits again, for its message comes
 *       back when its lease ends.
 * </ul>
 *
 * One worker less is counted for each waiting request, whoever will take it. A request that waits for very long may be lost,
 * and one of an earlier supervisor is not known at all: then everything in the queue is taken back, and what is still
 * wanted is asked for anew. Confined to one call of {@link FleetPlanner#plan}.
 */
final class OpenRequests {
    private final Set<Long> open;
    private final List<String> findings = new ArrayList<>();
    private Set<Long> taken = Set.of();
    private boolean known;

    private OpenRequests(FleetMemory memory, DrainChannel channel) {
        this.open = new TreeSet<>(memory.requests());
        this.known = memory.requestsKnown() || channel != DrainChannel.QUEUES;
    }

    /** The requests before anything was observed. */
    static OpenRequests remembered(FleetMemory memory, DrainChannel channel) {
        return new OpenRequests(memory, channel);
    }

    /**
     * What each instance was asked, by what the workers say: nobody else knows who took which request.
     *
     * @param before what was known so far
     */
    Map<InstanceId, DrainIntent> intents(
            List<InstanceView> instances, List<DrainConfirmation> confirmations, Map<InstanceId, DrainIntent> before) {
        Map<InstanceId, DrainIntent> intents = new HashMap<>();
        for (InstanceView view : instances) {
            InstanceId id = view.instance().id();
            // A start begins a new life: nothing was confirmed in it yet.
            Optional.ofNullable(before.get(id))
                    .filter(intent -> intent.confirmed() && view.instance().state() != InstanceState.STOPPED)
                    .or(() -> report(view, Activity.DRAINING)
                            .or(() -> report(view, Activity.DRAINED))
                            .map(token -> new DrainIntent(token, false)))
                    .ifPresent(intent -> intents.put(id, intent));
            if (view.instance().state().isAlive()) {
                report(view, Activity.DRAINING).ifPresent(open::add);
            }
            report(view, Activity.DRAINED).ifPresent(open::remove);
        }
        confirmations.forEach(one -> confirm(one, instances, intents));
        return intents;
    }

    private static Optional<Long> report(InstanceView view, Activity activity) {
        return view.worker().filter(worker -> worker.activity() == activity).map(WorkerView::drainEpoch);
    }

    private void confirm(
            DrainConfirmation confirmation, List<InstanceView> instances, Map<InstanceId, DrainIntent> intents) {
        Optional<InstanceView> from = instances.stream()
                .filter(view -> view.instance().id().equals(confirmation.instance()))
                .findFirst();
        boolean living = from.filter(view -> view.instance().state().isAlive()).isPresent();
        // What was asked for before a machine's last start may have been confirmed in its life before that. If it was
        // not, the worker's report ends the machine.
        boolean thisLife = from.filter(view ->
                        confirmation.token() >= view.instance().launchedAt().toEpochMilli())
                .isPresent();
        boolean drained = from.flatMap(view -> report(view, Activity.DRAINED)).isPresent();
        boolean wasOpen = open.remove(confirmation.token());
        if (wasOpen && living && thisLife) {
            intents.put(confirmation.instance(), DrainIntent.confirmed(confirmation.token()));
        } else if (!drained) {
            findings.add("confirmation of " + confirmation.instance() + " ignored: "
                    + (!living
                            ? "there is no such living instance"
                            : wasOpen
                                    ? "its request " + confirmation.token() + " is older than its last start"
                                    : "its request " + confirmation.token() + " is not open"));
        }
    }

    /** Sorts the open requests into taken and waiting ones, and doubts those that wait for longer than given. */
    void sortOut(List<Placed> placed, Instant now, Duration doubtAfter) {
        taken = new TreeSet<>();
        placed.stream()
                .filter(one -> one.is(Standing.DRAINING) || one.is(Standing.SILENT))
                .forEach(one -> report(one.view(), Activity.DRAINING).ifPresent(taken::add));
        taken.retainAll(open);
        long old = waiting().stream()
                .filter(token -> now.toEpochMilli() - token > doubtAfter.toMillis())
                .count();
        if (old > 0) {
            known = false;
            findings.add(old + " terminate requests were not taken within " + doubtAfter.toSeconds()
                    + "s: all are taken back, and asked for anew if they are still wanted");
        } else if (!known) {
            findings.add("terminate requests of an earlier supervisor, if any, are taken back");
        }
        if (!known) {
            open.retainAll(taken);
        }
    }

    /** Whether nothing but these is in the queue; if not, the queue has to be emptied first. */
    boolean known() {
        return known;
    }

    /** Tokens of all open requests. */
    Set<Long> open() {
        return open;
    }

    /** Open requests that nobody has taken. */
    Set<Long> waiting() {
        Set<Long> left = new TreeSet<>(open);
        left.removeAll(taken);
        return left;
    }

    void ask(List<Long> tokens) {
        open.addAll(tokens);
    }

    /** What does not fit together, one line each. */
    List<String> findings() {
        return findings;
    }
}
