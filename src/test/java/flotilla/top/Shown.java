package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import flotilla.protocol.FleetReport;
import java.time.Instant;
import java.util.List;

/** What frames are made of in tests: two machines at work, 45 s after a cold start. */
final class Shown {
    static final String GATEWAY = "http://127.0.0.1:8000";
    static final Instant NOW = Decisions.AT.plusSeconds(45);

    static final List<Decision> DECISIONS = List.of(
            Decisions.because("backlog")
                    .number(1)
                    .queue(26, 0)
                    .wanted(2)
                    .counted(26, 0)
                    .actions(Decisions.ok("launch", 1, ""), Decisions.ok("launch", 2, ""))
                    .decision(),
            Decisions.because("steady")
                    .number(2)
                    .at(10)
                    .queue(20, 6)
                    .fleet(2, 0, 0)
                    .wanted(2)
                    .counted(40, 6)
                    .decision(),
            Decisions.because("steady")
                    .number(3)
                    .at(40)
                    .queue(5, 4)
                    .fleet(0, 2, 0)
                    .wanted(2)
                    .counted(86, 77)
                    .decision());

    private Shown() {}

    static View working() {
        return view(with(
                List.of(
                        instance("i-84803e4f9c66ba367", 1, "running", 2, 41, 30),
                        counted("running", instance("i-0b5f23d1aa90c7e44", 2, "running", 0, 36, 29)),
                        instance("i-77c1d20ee3f4b5a61", 3, "shutting-down", 0, 0, 5)),
                DECISIONS));
    }

    static FleetReport.Line instance(String id, int appTierId, String state, int busy, long images, long secondsAgo) {
        return new FleetReport.Line(id, appTierId, state, busy, images, NOW.minusSeconds(secondsAgo), "");
    }

    /** The same instance, as decisions count it. */
    static FleetReport.Line counted(String as, FleetReport.Line one) {
        return new FleetReport.Line(
                one.instanceId(), one.appTierId(), one.state(), one.busy(), one.images(), one.since(), as);
    }

    static Known with(List<FleetReport.Line> instances, List<Decision> decisions) {
        return Known.NOTHING.with(NOW, instances, decisions);
    }

    static View view(Known known) {
        return new View(GATEWAY, NOW, known);
    }
}
