package flotilla.protocol;

import flotilla.protocol.DecisionReport.Vote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a policy computed, in sentences. Figures that no sentence knows are named as they are. */
final class PolicyWords {
    private final Map<String, Double> left;
    private final List<String> sentences = new ArrayList<>();

    private PolicyWords(Vote vote) {
        this.left = new TreeMap<>(vote.figures());
    }

    static List<String> of(String policy, Vote vote) {
        PolicyWords words = new PolicyWords(vote);
        switch (policy) {
            case "backlog-time" -> words.backlogTime();
            case "message-count" -> words.messageCount();
            case "step" -> words.step();
            case "alarm" -> words.alarm();
            case "backlog-per-instance" -> words.backlogPerInstance();
            default -> {}
        }
        words.others();
        return words.sentences;
    }

    private void backlogTime() {
        if (has("backlog", "arrivalRate", "serviceTime")) {
            say("It counted a backlog of " + images("backlog") + " with " + number("arrivalRate")
                    + " more coming in each second, and " + seconds("serviceTime") + " for an image on one machine.");
        }
        if (has("bootMedian", "bootP90")) {
            say("A machine that is launched now is up after " + seconds("bootMedian") + " in one case of two, after "
                    + seconds("bootP90") + " in nine of ten.");
        }
        if (has("slo", "allowedWait")) {
            say("The objective is an answer within " + seconds("slo")
                    + "; as the work comes now, an image may wait for " + seconds("allowedWait") + " of that.");
        }
        if (has("neededOut", "neededIn")) {
            long out = whole("neededOut");
            long in = whole("neededIn");
            long spared = Math.max(out, in);
            say("That takes " + Words.count(out, "machine")
                    + (spared == 0
                            ? "."
                            : "; machines beyond " + spared + " can be spared for long enough to be let go."));
        }
        if (left.containsKey("withWork")) {
            long withWork = whole("withWork");
            if (withWork > 0) {
                say("What waits keeps " + Words.count(withWork, "machine")
                        + " of those that are there at work for another" + " interval.");
            }
        }
    }

    private void messageCount() {
        if (has("messages", "messagesPerInstance")) {
            long each = whole("messagesPerInstance");
            say("It counted " + Words.count(whole("messages"), "message")
                    + ", those in work included, and takes a machine for each "
                    + (each == 1 ? "of them." : each + " of them."));
        }
    }

    private void step() {
        if (has("messages", "active")) {
            long messages = whole("messages");
            long active = whole("active");
            boolean more = messages > active;
            boolean fewer = messages == 0 && active > 0;
            String step = more
                    ? "there are more messages than machines, so one more is due"
                    : fewer ? "there is no message, so one machine less is due" : "that calls for no step";
            say("It counted " + Words.count(messages, "message") + " and " + Words.count(active, "machine") + ": "
                    + step + ".");
            if (left.containsKey("nextStepIn")) {
                String next = seconds("nextStepIn");
                if (more || fewer) {
                    say("It takes one step in each interval, and the next one not before another " + next + ".");
                }
            }
        }
    }

    private void alarm() {
        if (has("visible", "high", "low", "period")) {
            say("It counted " + Words.count(whole("visible"), "waiting message")
                    + "; its alarms are above " + number("high") + " and below " + number("low") + ", for "
                    + seconds("period") + ".");
        }
        if (has("highFor")) {
            say("The upper threshold has been passed for " + seconds("highFor") + ".");
        }
        if (has("lowFor")) {
            say("The lower threshold has been passed for " + seconds("lowFor") + ".");
        }
        if (has("cooldownLeft")) {
            say("It rests after its last change for another " + seconds("cooldownLeft") + ".");
        }
    }

    private void backlogPerInstance() {
        if (has("backlog", "serviceTime", "targetPerInstance")) {
            say("It counted a backlog of " + images("backlog") + "; at " + seconds("serviceTime")
                    + " an image one machine works off " + number("targetPerInstance")
                    + " of them within the acceptable latency.");
        }
        if (has("highestLately")) {
            say("Scale-in follows the highest wish of the last while, which is " + number("highestLately") + ".");
        }
    }

    private void others() {
        if (!left.isEmpty()) {
            say("Its figures: "
                    + left.entrySet().stream()
                            .map(figure -> figure.getKey() + " = " + Words.number(figure.getValue()))
                            .collect(Collectors.joining(", "))
                    + ".");
        }
    }

    private boolean has(String... names) {
        return left.keySet().containsAll(List.of(names));
    }

    private void say(String sentence) {
        sentences.add(sentence);
    }

    private double take(String name) {
        return left.remove(name);
    }

    private String number(String name) {
        return Words.number(take(name));
    }

    private String seconds(String name) {
        return Words.seconds(take(name));
    }

    private long whole(String name) {
        return Math.round(take(name));
    }

    private String images(String name) {
        double value = take(name);
        return Words.number(value) + (value == 1 ? " image" : " images");
    }
}
