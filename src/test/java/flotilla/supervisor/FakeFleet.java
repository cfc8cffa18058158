package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** EC2 in memory: idempotent by client token, with troubles to order. Safe for all threads. */
final class FakeFleet implements InstanceFleet {
    static final Instant LAUNCHED_AT = Instant.parse("2026-11-22T12:00:00Z");

    final List<String> launchTokens = new ArrayList<>();
    final List<InstanceId> terminated = new ArrayList<>();
    final List<InstanceId> replaced = new ArrayList<>();
    private final Map<String, Instance> byToken = new HashMap<>();
    private final Map<InstanceId, Instance> instances = new HashMap<>();
    private CompletableFuture<Void> describeGate = CompletableFuture.completedFuture(null);
    private final Queue<CompletableFuture<Void>> heldLaunches = new ArrayDeque<>();
    private boolean holdsLaunches;
    private boolean describesNothing;
    private int unansweredLaunches;

    /** From now on descriptions wait until {@link #answerDescriptions}. */
    synchronized void holdDescriptions() {
        describeGate = new CompletableFuture<>();
    }

    synchronized void answerDescriptions() {
        describeGate.complete(null);
    }

    /** From now on launches wait, each until {@link #answerOldestLaunch}. */
    synchronized void holdLaunches() {
        holdsLaunches = true;
    }

    void answerOldestLaunch() {
        CompletableFuture<Void> oldest;
        synchronized (this) {
            oldest = heldLaunches.remove();
        }
        oldest.complete(null);
    }

    /** EC2 launches, but its descriptions lag behind. */
    synchronized void describeNothing(boolean nothing) {
        describesNothing = nothing;
    }

    /** The next launches happen, and their answers are lost. */
    synchronized void loseAnswersOfLaunches(int count) {
        unansweredLaunches = count;
    }

    synchronized void put(int appTierId, InstanceState state) {
        InstanceId id = new InstanceId("i-" + appTierId);
        instances.put(id, new Instance(id, Optional.of(new AppTierId(appTierId)), state, LAUNCHED_AT, ""));
    }

    @Override
    public synchronized CompletionStage<Described> describe() {
        return describeGate.thenApply(open -> {
            synchronized (this) {
                return new Described(describesNothing ? List.of() : List.copyOf(instances.values()), 0);
            }
        });
    }

    @Override
    public synchronized CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
        launchTokens.add(clientToken);
        Instance instance = byToken.computeIfAbsent(
                clientToken,
                token -> new Instance(
                        new InstanceId("i-" + id), Optional.of(id), InstanceState.PENDING, LAUNCHED_AT, ""));
        instances.put(instance.id(), instance);
        if (unansweredLaunches > 0) {
            unansweredLaunches--;
            return CompletableFuture.failedFuture(new LaunchFailedException("no answer", "", false, null));
        }
        if (holdsLaunches) {
            CompletableFuture<Void> gate = new CompletableFuture<>();
            heldLaunches.add(gate);
            return gate.thenApply(open -> instance);
        }
        return CompletableFuture.completedFuture(instance);
    }

    @Override
    public synchronized CompletionStage<Done> terminate(InstanceId id) {
        terminated.add(id);
        instances.computeIfPresent(
                id,
                (same, instance) ->
                        new Instance(id, instance.appTierId(), InstanceState.TERMINATED, instance.launchedAt(), ""));
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public synchronized CompletionStage<Done> replace(InstanceId id) {
        replaced.add(id);
        return terminate(id);
    }

    @Override
    public CompletionStage<Done> start(InstanceId id) {
        return changed(id, InstanceState.PENDING);
    }

    @Override
    public CompletionStage<Done> stop(InstanceId id) {
        return changed(id, InstanceState.STOPPED);
    }

    @Override
    public synchronized CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId) {
        instances.computeIfPresent(
                id,
                (same, instance) -> new Instance(
                        id, Optional.of(appTierId), instance.state(), instance.launchedAt(), instance.type()));
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public CompletionStage<Done> setGroupCapacity(int capacity) {
        throw new UnsupportedOperationException("not a group");
    }

    private synchronized CompletionStage<Done> changed(InstanceId id, InstanceState state) {
        instances.computeIfPresent(
                id,
                (same, instance) ->
                        new Instance(id, instance.appTierId(), state, instance.launchedAt(), instance.type()));
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
