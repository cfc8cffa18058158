package flotilla.protocol;

import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds decisions that read like what they say. */
public final class Decisions {
    public static final Instant AT = Instant.parse("2026-11-22T12:00:00Z");

    private final String reason;
    private long n = 7;
    private Instant at = AT;
    private String policy = "message-count";
    private int visible;
    private int inFlight;
    private int pending;
    private int running;
    private int draining;
    private int desired = -1;
    private long accepted = -1;
    private long answered = -1;
    private long unanswered = -1;
    private List<Action> actions = List.of();
    private Vote vote = Vote.NOT_ASKED;
    private List<String> clamps = List.of();
    private List<String> findings = List.of();
    private List<Shadow> shadows = List.of();
    private Optional<Forecast> forecast = Optional.empty();
    private Optional<Forecast> hindsight = Optional.empty();

    private Decisions(String reason) {
        this.reason = reason;
    }

    public static Decisions because(String reason) {
        return new Decisions(reason);
    }

    public static Action action(String kind, int appTierId, String why, String outcome) {
        return new Action(kind, appTierId, "i-" + appTierId, why, outcome);
    }

    public static Action ok(String kind, int appTierId, String why) {
        return action(kind, appTierId, why, Action.OK);
    }

    public Decisions number(long number) {
        n = number;
        return this;
    }

    public Decisions at(long secondsLater) {
        at = AT.plusSeconds(secondsLater);
        return this;
    }

    public Decisions queue(int waiting, int inWork) {
        visible = waiting;
        inFlight = inWork;
        return this;
    }

    public Decisions fleet(int booting, int working, int ending) {
        pending = booting;
        running = working;
        draining = ending;
        return this;
    }

    /** The others have no answer yet. */
    public Decisions counted(long imagesAccepted, long ofThemAnswered) {
        accepted = imagesAccepted;
        answered = ofThemAnswered;
        return unanswered(imagesAccepted - ofThemAnswered);
    }

    public Decisions unanswered(long images) {
        unanswered = images;
        return this;
    }

    public Decisions unknownQueue() {
        return queue(-1, -1);
    }

    public Decisions unknownFleet() {
        return fleet(-1, -1, -1);
    }

    public Decisions wanted(int instances) {
        desired = instances;
        vote = new Vote(instances, vote.figures());
        return this;
    }

    public Decisions clamped(int voted, int within, String... by) {
        vote = new Vote(voted, vote.figures());
        desired = within;
        clamps = List.of(by);
        return this;
    }

    public Decisions policy(String name, Map<String, Double> figures) {
        policy = name;
        vote = new Vote(vote.desired(), figures);
        return this;
    }

    public Decisions actions(Action... all) {
        actions = List.of(all);
        return this;
    }

    public Decisions found(String... all) {
        findings = List.of(all);
        return this;
    }

    public Decisions shadows(Shadow... all) {
        shadows = List.of(all);
        return this;
    }

    public Decisions expected(double backlog, int active) {
        forecast = Optional.of(new Forecast(AT.plusSeconds(10), backlog, active));
        return this;
    }

    public Decisions came(int secondsLater, double backlog, int active) {
        hindsight = Optional.of(new Forecast(AT.plusSeconds(secondsLater), backlog, active));
        return this;
    }

    public Decision decision() {
        Stream<String> kinds = actions.stream().map(Action::kind).distinct();
        return new Decision(
                n,
                at,
                policy,
                actions.isEmpty() ? "hold" : kinds.collect(Collectors.joining("+")),
                reason,
                visible,
                inFlight,
                pending,
                running,
                draining,
                desired,
                accepted,
                answered,
                unanswered,
                actions,
                vote,
                clamps,
                findings,
                shadows,
                forecast,
                hindsight);
    }
}
