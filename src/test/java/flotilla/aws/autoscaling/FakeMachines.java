package flotilla.aws.autoscaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** EC2's part of a group: what it describes, and what was asked of it. */
final class FakeMachines implements InstanceFleet {
    static final Instant LAUNCHED_AT = Instant.parse("2026-11-24T10:00:00Z");

    final List<String> asked = new ArrayList<>();
    private final List<Instance> described = new ArrayList<>();

    static Instance instance(String id, InstanceState state) {
        return new Instance(new InstanceId(id), Optional.empty(), state, LAUNCHED_AT, "c7i.large");
    }

    FakeMachines describes(String id, InstanceState state) {
        return describes(instance(id, state));
    }

    FakeMachines describes(Instance instance) {
        described.add(instance);
        return this;
    }

    void describesNothing() {
        described.clear();
    }

    @Override
    public CompletionStage<Described> describe() {
        return CompletableFuture.completedFuture(new Described(described, 0));
    }

    @Override
    public CompletionStage<Done> terminate(InstanceId id) {
        return done("terminate " + id);
    }

    @Override
    public CompletionStage<Done> assignId(InstanceId id, AppTierId appTierId) {
        return done("assign " + id + " " + appTierId);
    }

    @Override
    public CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Done> start(InstanceId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Done> stop(InstanceId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Done> setGroupCapacity(int capacity) {
        throw new UnsupportedOperationException();
    }

    private CompletionStage<Done> done(String what) {
        asked.add(what);
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
