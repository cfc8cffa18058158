package flotilla.protocol;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Shadow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A scaling decision in plain English: in one sentence, or whole with all its figures. Pure. */
public final class DecisionStory {
    private static final String DID_NOTHING = "Did nothing: ";
    /** A hindsight this much later than its forecast says so. */
    private static final Duration SAME_MOMENT = Duration.ofSeconds(1);

    /**
     * One aspect of the story.
     *
     * @param title such as {@code What was seen}
     * @param sentences at least one
     */
    public record Part(String title, List<String> sentences) {
        public Part {
            sentences = List.copyOf(sentences);
        }
    }

    private final Decision decision;

    private DecisionStory(Decision decision) {
        this.decision = decision;
    }

    /** What was decided and why, in a sentence. */
    public static String sentence(Decision decision) {
        DecisionStory story = new DecisionStory(decision);
        return decision.actions().isEmpty() ? story.whyNothing() : story.whatWasDone();
    }

    /** The whole story, part by part. */
    public static List<Part> parts(Decision decision) {
        DecisionStory story = new DecisionStory(decision);
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("What was seen", story.seen()));
        parts.add(new Part("What the policy " + decision.policy() + " computed", story.computed()));
        parts.add(new Part("What kept it back", story.keptBack()));
        parts.add(new Part("What was done", story.done()));
        if (!decision.shadows().isEmpty()) {
            parts.add(new Part("What other policies would have done", story.shadows()));
        }
        parts.add(new Part("What was expected, and what came", story.expected()));
        return parts;
    }

    /** The whole story as lines of text. */
    public static String text(Decision decision) {
        return "Decision " + decision.n() + " of " + Words.day(decision.at()) + "\n" + sentence(decision) + "\n"
                + parts(decision).stream()
                        .map(part -> "\n" + part.title() + "\n"
                                + part.sentences().stream()
                                        .map(sentence -> "  " + sentence + "\n")
                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining());
    }

    private int active() {
        return decision.pending() + decision.running();
    }

    private boolean hasNoLease() {
        return decision.reason().equals("no-lease");
    }

    private boolean fleetIsKnown() {
        return decision.running() >= 0;
    }

    private String whatWasDone() {
        List<ActionWords> groups = ActionWords.group(decision.actions());
        boolean coldStart = fleetIsKnown()
                && active() == 0
                && decision.actions().stream()
                        .anyMatch(action ->
                                action.kind().equals("launch") && !action.why().equals("spare"));
        String clauses = groups.stream().map(ActionWords::clause).collect(Collectors.joining("; "));
        String onlyShown = decision.actions().stream()
                .filter(DecisionReport.Action::onlyShown)
                .findFirst()
                .map(action -> " (" + action.outcome() + ")")
                .orElse("");
        String failures = groups.stream()
                .flatMap(group -> group.failure().stream())
                .map(outcome -> " It failed: " + Words.sentence(outcome))
                .distinct()
                .collect(Collectors.joining());
        return (coldStart ? "Cold start: " + clauses : Words.capital(clauses)) + because() + onlyShown + "." + failures;
    }

    private String because() {
        boolean noImage = decision.visible() + decision.inFlight() == 0;
        String enough =
                Words.count(decision.desired(), "machine") + (decision.desired() > 1 ? " are" : " is") + " enough";
        return switch (decision.reason()) {
            case "backlog" -> ", because " + (isLess() ? enough + ": " : "") + waiting();
            case "arrivals" ->
                ", because " + (isLess() ? enough + " for the images that keep" : "images keep") + " coming in";
            case "no-work" -> ", because " + (noImage ? "no image is left" : "there is little work: " + waiting());
            case "depth-unknown" -> "; the queue's depth could not be read, so that nothing else may be done";
            case "silence" -> ", because machines are not heard of any more";
            case "replacement" -> ", because EC2 takes machines back or recommends to replace them";
            case "steady", "confirmed", "" -> "";
            default -> ", because of " + decision.reason();
        };
    }

    /** Whether workers were asked to end and nothing else changed the number of machines. */
    private boolean isLess() {
        Set<String> kinds =
                decision.actions().stream().map(DecisionReport.Action::kind).collect(Collectors.toSet());
        return (kinds.contains("drain") || kinds.contains("request-drain"))
                && Collections.disjoint(kinds, List.of("launch", "start", "set-capacity", "cancel-drain"));
    }

    /** SQS's counters lag behind the gateways' own, which a policy may heed. */
    private String waiting() {
        if (decision.visible() + decision.inFlight() == 0) {
            return "images are still unanswered, by the gateways' count";
        }
        String waiting = Words.count(decision.visible(), "image") + " " + Words.was(decision.visible()) + " waiting";
        return decision.inFlight() == 0
                ? waiting
                : waiting + " and " + decision.inFlight() + " " + Words.was(decision.inFlight()) + " in work";
    }

    private String whyNothing() {
        if (hasNoLease()) {
            return DID_NOTHING + "another supervisor may be acting; " + String.join("; ", decision.clamps()) + ".";
        }
        if (!fleetIsKnown()) {
            return DID_NOTHING + "the machines could not be described, and without that nothing is safe to do.";
        }
        if (decision.visible() < 0) {
            return DID_NOTHING + "the queue's depth could not be read, and no data is never taken for no work.";
        }
        int active = active();
        int desired = decision.desired();
        String clamps = decision.clamps().stream().map(ClampWords::of).collect(Collectors.joining("; "));
        if (desired == active) {
            String limit = clamps.isEmpty() || decision.vote().desired() == desired
                    ? ""
                    : "; the policy wanted " + decision.vote().desired() + ", but " + clamps;
            return DID_NOTHING
                    + (active == 0
                            ? "no machine is wanted, and there is none"
                            : Words.count(active, "machine") + (active == 1 ? " is" : " are") + " wanted and there")
                    + limit + ".";
        }
        String gap = Words.count(desired, "machine") + (desired > 1 ? " are" : " is") + " wanted and " + active
                + (active == 1 ? " is" : " are") + " there";
        if (!clamps.isEmpty()) {
            return DID_NOTHING + gap + ", but " + clamps + ".";
        }
        return desired < active && decision.pending() > 0
                ? DID_NOTHING + gap + ", but machines that still boot are left alone until they report."
                : DID_NOTHING + gap + ".";
    }

    private List<String> seen() {
        if (hasNoLease()) {
            return List.of("Nobody looked, for without the lease nothing may be done.");
        }
        List<String> sentences = new ArrayList<>();
        sentences.add(
                decision.visible() < 0
                        ? "The queue's depth could not be read."
                        : Words.capital(Words.count(decision.visible(), "image")) + " "
                                + Words.was(decision.visible()) + " waiting, and "
                                + Words.count(decision.inFlight(), "image") + " " + Words.was(decision.inFlight())
                                + " in work.");
        sentences.add(
                !fleetIsKnown()
                        ? "The machines could not be described."
                        : Words.capital(Words.count(decision.running(), "machine")) + " "
                                + Words.was(decision.running()) + " at work, " + decision.pending() + " booting, and "
                                + decision.draining() + " asked to end.");
        decision.findings().forEach(finding -> sentences.add("Found: " + finding + "."));
        return sentences;
    }

    private List<String> computed() {
        if (decision.vote().desired() < 0) {
            return List.of("It was not asked, because what it decides from was not known.");
        }
        List<String> sentences = new ArrayList<>(PolicyWords.of(decision.policy(), decision.vote()));
        sentences.add("It wanted " + Words.count(decision.vote().desired(), "machine") + ".");
        return sentences;
    }

    private List<String> keptBack() {
        List<String> sentences = new ArrayList<>();
        if (decision.desired() < 0 && !hasNoLease()) {
            sentences.add("Missing data: what is not known is never taken for nothing.");
        }
        decision.clamps().forEach(clamp -> sentences.add(Words.capital(ClampWords.of(clamp)) + "."));
        boolean other = decision.desired() >= 0
                && decision.vote().desired() >= 0
                && decision.desired() != decision.vote().desired();
        if (other) {
            sentences.add("So " + Words.count(decision.desired(), "machine")
                    + (decision.desired() > 1 ? " were" : " was") + " aimed at.");
        }
        return sentences.isEmpty() ? List.of("Nothing.") : sentences;
    }

    private List<String> done() {
        return decision.actions().isEmpty()
                ? List.of("Nothing.")
                : ActionWords.group(decision.actions()).stream()
                        .map(ActionWords::sentence)
                        .toList();
    }

    private List<String> shadows() {
        return decision.shadows().stream().flatMap(DecisionStory::shadow).toList();
    }

    private static Stream<String> shadow(Shadow shadow) {
        if (shadow.vote().desired() < 0) {
            return Stream.of(Words.capital(shadow.policy()) + " was not asked either.");
        }
        List<String> would = new ArrayList<>();
        if (shadow.launches() > 0) {
            would.add("started " + Words.count(shadow.launches(), "machine"));
        }
        if (shadow.drains() > 0) {
            would.add("asked " + Words.count(shadow.drains(), "worker") + " to end");
        }
        String within = shadow.desired() == shadow.vote().desired() ? "" : ", within the limits " + shadow.desired();
        String wanted = Words.capital(shadow.policy()) + " would have wanted "
                + Words.count(shadow.vote().desired(), "machine") + within + ", and would have "
                + (would.isEmpty() ? "started and ended nothing" : Words.list(would)) + ".";
        return Stream.concat(Stream.of(wanted), PolicyWords.of(shadow.policy(), shadow.vote()).stream());
    }

    private List<String> expected() {
        if (decision.forecast().isEmpty()) {
            return List.of("Nothing could be expected, for want of data.");
        }
        Forecast forecast = decision.forecast().get();
        List<String> sentences = new ArrayList<>();
        sentences.add("For " + Words.time(forecast.at()) + " a backlog of " + images(forecast.backlog())
                + " was expected, with " + Words.count(forecast.active(), "machine") + " booting and at work.");
        sentences.add(decision.hindsight()
                .map(found -> found(forecast, found))
                .orElse("What really came then is not known, or not yet."));
        return sentences;
    }

    private static String found(Forecast forecast, Forecast found) {
        String when = Duration.between(forecast.at(), found.at()).abs().compareTo(SAME_MOMENT) > 0
                ? "At " + Words.time(found.at())
                : "Then";
        double more = found.backlog() - forecast.backlog();
        String difference = Math.abs(more) < 0.5
                ? "as expected"
                : images(Math.abs(more)) + (more > 0 ? " more" : " fewer") + " than expected";
        return when + " it really was " + images(found.backlog()) + ", " + difference + ", with "
                + Words.count(found.active(), "machine") + ".";
    }

    private static String images(double backlog) {
        return Words.number(backlog) + (backlog == 1 ? " image" : " images");
    }
}
