package flotilla.drill;

import flotilla.drill.Trap.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kills at certain moments of a request. Each lies in wait at a service until somebody makes that request, however long it takes, while
 * other faults come; of one kind there is one at a time, and the others come after it. Thread-safe.
 */
final class Ambushes {
    /** Kills somebody. */
    interface Kill {
        /** @return whom it has met; empty when it did not live */
        Optional<String> of(ProcessHandle process, List<String> fetched) throws IOException, InterruptedException;
    }

    /**
     * Where a fault lies in wait.
     *
     * @param service a proxy's
     * @param request what the victim asks for
     * @param among who may be the victim
     */
    private record Place(String service, Pattern request, Supplier<List<ProcessHandle>> among) {}

    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    private final Map<Fault, Place> places = new EnumMap<>(Fault.class);
    private final Map<Fault, Deque<FaultPlan.Step>> waiting = new EnumMap<>(Fault.class);
    private final Function<String, ServiceProxy> proxies;
    private final Kill kill;
    private final BiConsumer<Fault, String> met;
    private boolean lifted;

    /**
     * @param proxies by the service's name
     * @param met gets each fault that has met somebody, and whom, on whichever thread
     */
    Ambushes(
            Function<String, ServiceProxy> proxies,
            Supplier<List<ProcessHandle>> gateways,
            Supplier<List<ProcessHandle>> workers,
            Kill kill,
            BiConsumer<Fault, String> met) {
        this.proxies = proxies;
        this.kill = kill;
        this.met = met;
        places.put(
                Fault.KILL_BEFORE_SEND,
                new Place("s3", Pattern.compile("PUT /flotilla-input/[0-9a-f-]{36}"), gateways));
        places.put(
                Fault.KILL_BEFORE_DELETE,
                new Place("s3", Pattern.compile("PUT /flotilla-output/[0-9a-f-]{36}(\\.\\d+)?\\.json"), workers));
        places.put(Fault.KILL_IN_LAUNCH, new Place("ec2", Pattern.compile("Action=RunInstances"), gateways));
        places.put(Fault.KILL_IN_TERMINATE, new Place("ec2", Pattern.compile("Action=TerminateInstances"), gateways));
    }

    /** Lies in wait from now on, or from when those of its kind have struck that came before. */
    synchronized void lie(FaultPlan.Step step) {
        Deque<FaultPlan.Step> line = waiting.computeIfAbsent(step.fault(), none -> new ArrayDeque<>());
        line.add(step);
        if (line.size() == 1) {
            set(step);
        }
    }

    /** Whether one of this kind waits. */
    synchronized boolean liesInWait(Fault fault) {
        return !waiting.getOrDefault(fault, new ArrayDeque<>()).isEmpty();
    }

    /** Nobody is struck any more. */
    synchronized void lift() {
        lifted = true;
        waiting.clear();
    }

    private synchronized boolean isLifted() {
        return lifted;
    }

    private void set(FaultPlan.Step step) {
        Place place = places.get(step.fault());
        ServiceProxy proxy = proxies.apply(place.service());
        proxy.set(new Trap(place.request(), moment(step), caught -> strikes(step, proxy, place, caught)));
    }

    private synchronized void next(Fault fault) {
        Deque<FaultPlan.Step> line = waiting.getOrDefault(fault, new ArrayDeque<>());
        line.poll();
        Optional.ofNullable(line.peek()).ifPresent(this::set);
    }

    /** @return false when it is nobody's request who is to be met, or he has died meanwhile */
    private boolean strikes(FaultPlan.Step step, ServiceProxy proxy, Place place, Trap.Caught caught) {
        if (isLifted()) {
            return false;
        }
        try {
            Optional<ProcessHandle> owner =
                    SocketOwner.of(caught.port(), proxy.port(), place.among().get());
            Optional<String> victim =
                    owner.isEmpty() ? Optional.empty() : kill.of(owner.get(), idsIn(caught.request()));
            victim.ifPresent(whom -> {
                met.accept(
                        step.fault(),
                        whom + ", its request " + moment(step).name().toLowerCase(Locale.ROOT));
                next(step.fault());
            });
            return victim.isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A gateway's image must be stored, or its moment would be before the put and not after it. */
    private static Moment moment(FaultPlan.Step step) {
        boolean early = step.early() && step.fault() != Fault.KILL_BEFORE_SEND;
        return early ? Moment.UNHEARD : Moment.HEARD;
    }

    private static List<String> idsIn(String request) {
        Matcher id = ID.matcher(request);
        return id.find() ? List.of(id.group()) : List.of();
    }
}
