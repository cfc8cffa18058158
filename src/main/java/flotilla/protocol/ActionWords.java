package flotilla.protocol;

import flotilla.protocol.DecisionReport.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Actions of one kind with one outcome, in words: {@code launched 2 machines (app-tier ids 1 and 2)}. */
final class ActionWords {
    private final Action first;
    private final List<Action> all = new ArrayList<>();

    private ActionWords(Action first) {
        this.first = first;
    }

    /** What belongs together, in the order of the decision. */
    static List<ActionWords> group(List<Action> actions) {
        Map<List<String>, ActionWords> groups = new LinkedHashMap<>();
        for (Action action : actions) {
            groups.computeIfAbsent(
                            List.of(action.kind(), action.why(), action.outcome()), key -> new ActionWords(action))
                    .all
                    .add(action);
        }
        return List.copyOf(groups.values());
    }

    /** A verb in the three forms that are needed. */
    private record Verb(String past, String participle, String infinitive) {
        static Verb regular(String infinitive, String past) {
            return new Verb(past, past, infinitive);
        }
    }

    /** What was done or tried, in the past tense, without the subject. */
    String clause() {
        return clause(false);
    }

    /** What went wrong. */
    Optional<String> failure() {
        return Optional.of(first.outcome()).filter(outcome -> !first.succeeded() && !first.onlyShown());
    }

    /** The same as a sentence, with the instances and with what was answered. */
    String sentence() {
        return Words.capital(clause(true)) + "."
                + (first.succeeded() ? answer() : "")
                + failure()
                        .map(outcome -> " It failed: " + Words.sentence(outcome))
                        .orElse("");
    }

    private String clause(boolean withInstances) {
        String rest = rest(withInstances);
        if (first.succeeded()) {
            return verb().past + " " + rest;
        }
        return first.onlyShown()
                ? "would have " + verb().participle + " " + rest
                : "tried to " + verb().infinitive + " " + rest;
    }

    /** Who said yes. Workers are only told, and show later whether they heard. */
    private String answer() {
        return switch (first.kind()) {
            case "launch", "start", "stop", "terminate", "assign-id", "set-capacity" -> " EC2 agreed.";
            case "drain", "cancel-drain" -> " The message was sent; the next reports show whether it was heard.";
            default -> "";
        };
    }

    private Verb verb() {
        return switch (first.kind()) {
            case "launch" -> Verb.regular("launch", "launched");
            case "start" -> Verb.regular("start", "started");
            case "set-capacity" -> Verb.regular("raise", "raised");
            case "assign-id" -> new Verb("gave", "given", "give");
            case "drain" -> Verb.regular("ask", "asked");
            case "cancel-drain", "cancel-request" -> new Verb("took back", "taken back", "take back");
            case "request-drain" -> Verb.regular("put", "put");
            case "terminate" -> Verb.regular("terminate", "terminated");
            case "stop" -> Verb.regular("stop", "stopped");
            default -> new Verb("did", "done", "do");
        };
    }

    private String rest(boolean withInstances) {
        String ids = ids(withInstances);
        return switch (first.kind()) {
            case "launch" -> machines("machine") + ids + (first.why().equals("spare") ? " to be kept ready" : "");
            case "start" -> machines("stopped machine") + ids;
            case "set-capacity" -> "the capacity of the Auto Scaling group to " + first.why();
            case "assign-id" -> assigned();
            case "drain" -> machines("worker") + ids + " to finish what is in hand and end";
            case "cancel-drain" -> "the drain of " + machines("worker") + ids;
            case "request-drain" -> requests(first.why()) + " into their queue, for whichever workers take them";
            case "cancel-request" -> requests(first.why());
            case "terminate", "stop" -> machines("machine") + ids + ending();
            default -> first.kind() + ids;
        };
    }

    private String machines(String noun) {
        return all.size() == 1 ? "a " + noun : all.size() + " " + noun + "s";
    }

    /** The app-tier ids, or the instances where there are none; nothing where there is neither. */
    private String ids(boolean withInstances) {
        boolean onInstances =
                all.stream().noneMatch(action -> action.instanceId().isEmpty());
        if (all.stream().allMatch(action -> action.appTierId() > 0)) {
            List<String> ids = all.stream()
                    .map(action ->
                            action.appTierId() + (withInstances && onInstances ? " on " + action.instanceId() : ""))
                    .toList();
            return " (app-tier " + Words.plural(ids.size(), "id") + " " + Words.list(ids) + ")";
        }
        return onInstances
                ? " (" + Words.list(all.stream().map(Action::instanceId).toList()) + ")"
                : "";
    }

    private String assigned() {
        List<String> pairs = all.stream()
                .map(action -> "app-tier id " + action.appTierId() + " to " + action.instanceId())
                .toList();
        boolean one = all.size() == 1;
        String cause = first.why().equals("duplicate")
                ? "shared " + (one ? "its id" : "their ids") + " with an older machine"
                : "had none";
        return Words.list(pairs) + (one ? ", which " : ", all of which ") + cause;
    }

    private static String requests(String why) {
        return switch (why) {
            case "1" -> "a terminate request";
            case "all" -> "all terminate requests";
            default -> why + " terminate requests";
        };
    }

    private String ending() {
        boolean one = all.size() == 1;
        return switch (first.why()) {
            case "drained" -> one ? " whose worker had drained" : " whose workers had drained";
            case "silent" ->
                one
                        ? " whose worker had been silent for so long that it has stopped by itself"
                        : " whose workers had been silent for so long that they have stopped by themselves";
            case "never-reported" -> " that never reported within the time allowed for a boot";
            case "orphan" ->
                one
                        ? " whose worker had drained and which EC2 does not describe as ours"
                        : " whose workers had drained and which EC2 does not describe as ours";
            case "" -> "";
            default -> " (" + first.why() + ")";
        };
    }
}
