package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import flotilla.protocol.InfrastructureException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at a gateway and keeps what it told. It asks for instances and decisions, nothing else. One thread looks at a time; any
 * thread may ask what is known.
 */
public final class Watch {
    /** Decisions of ten minutes, also where many fall between two ticks; asked for at first and after a gap. */
    private static final int MANY = 200;

    private static final int FEW = 20;

    private final Supplier<String> gateway;
    private final Questions questions;
    private final Clock clock;
    private volatile Known known = Known.NOTHING;

    /**
     * @param gateway the address that is asked, for people
     */
    public Watch(Supplier<String> gateway, Questions questions, Clock clock) {
        this.gateway = gateway;
        this.questions = questions;
        this.clock = clock;
    }

    /**
     * Looks once. Without an answer what was known stays, and the reason is known besides.
     *
     * @return why there was no answer; empty when there was one
     */
    public Optional<InfrastructureException> look() throws InterruptedException {
        try {
            List<Decision> decisions = decisions();
            List<FleetReport.Line> instances = FleetReader.instances(questions.get("/v1/fleet"));
            known = known.with(clock.instant(), instances, decisions);
            return Optional.empty();
        } catch (InfrastructureException e) {
            known = known.without(e.getMessage());
            return Optional.of(e);
        }
    }

    /** Numbers have no gaps, so what begins right after the newest known one, or before, leaves nothing out. */
    private List<Decision> decisions() throws InterruptedException {
        if (known.newest().isEmpty()) {
            return ask(MANY);
        }
        long newest = known.newest().get().n();
        List<Decision> few = ask(FEW);
        boolean all = few.stream().anyMatch(one -> one.n() <= newest + 1) || few.size() < FEW;
        return all ? few : ask(MANY);
    }

    private List<Decision> ask(int limit) throws InterruptedException {
        return FleetReader.decisions(questions.get("/v1/scaling/decisions?limit=" + limit));
    }

    /** Whether the last look had an answer. */
    public boolean isAnswered() {
        return known.trouble().isEmpty();
    }

    /** What is known now. */
    View view() {
        return new View(gateway.get(), clock.instant(), known);
    }
}
