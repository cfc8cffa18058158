package flotilla.protocol;

import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import java.time.Instant;
import java.util.Optional;

/** Nobody is told of anything. */
final class NoTracing implements Tracing {
    private static final Upload UNTRACED = new PassedOn(Optional.empty());

    private record PassedOn(Optional<TraceParent> context) implements Upload {
        @Override
        public void stored(Instant at) {}

        @Override
        public void queued(Instant at) {}

        @Override
        public void ended(Instant at, Optional<String> refusal) {}
    }

    @Override
    public Upload upload(RequestId id, Optional<TraceParent> client, Instant at) {
        return client.isPresent() ? new PassedOn(client) : UNTRACED;
    }

    @Override
    public boolean isOn() {
        return false;
    }

    @Override
    public boolean wants(Optional<TraceParent> parent) {
        return false;
    }

    @Override
    public void done(TraceParent parent, Span span) {}
}
