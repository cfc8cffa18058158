package flotilla.gateway;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Counts nothing. */
final class NoGatewayMeters implements GatewayMeters {
    private static final RequestMeter NO_REQUESTS = (status, nanos) -> {};

    @Override
    public RequestMeter requests(String method, String path) {
        return NO_REQUESTS;
    }

    @Override
    public RequestMeter otherRequests() {
        return NO_REQUESTS;
    }

    @Override
    public void problem(String code) {}

    @Override
    public void uploadBegan() {}

    @Override
    public void uploadEnded() {}

    @Override
    public void accepted(long bytes) {}

    @Override
    public void refused(String code) {}

    @Override
    public void answered(Outcome outcome, Duration took) {}

    @Override
    public void answeredLate(Outcome outcome) {}

    @Override
    public void forgotten(Duration waited) {}

    @Override
    public void givenUp(FailureCode code) {}

    @Override
    public void unanswered(int images, Optional<Instant> oldest) {}

    @Override
    public void waiting(int callers) {}

    @Override
    public void breaker(String service, BooleanSupplier open) {}

    @Override
    public void connections(IntSupplier open) {}
}
