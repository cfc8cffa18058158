package flotilla.doctor;

import flotilla.provision.Attributes;
import flotilla.provision.Step;
import flotilla.provision.Step.Difference;
import java.util.Map;
import java.util.stream.Collectors;

/** What a plan's step says of the thing as it is now. */
public final class ThingFindings {
    private static final String MAKE =
            "`flotilla provision --yes` makes it, and so does Terraform; or correct its name in the settings";

    private ThingFindings() {}

    /** One finding for each step of a plan that would adopt everything: who made a thing is no matter here. */
    public static Finding of(Step step) {
        String check = step.thing().toString();
        if (step instanceof Step.Create) {
            return Finding.error(check, "does not exist", MAKE);
        }
        if (step instanceof Step.Refuse refuse) {
            return refused(check, refuse.why());
        }
        if (step instanceof Step.Change change && !change.differences().isEmpty()) {
            return differs(check, change);
        }
        return Finding.ok(check, "is there and as the settings want it" + untold(step));
    }

    private static Finding differs(String check, Step.Change change) {
        String what = change.differences().entrySet().stream()
                .map(one -> one.getKey() + " is " + shown(one.getValue().from()) + ", the settings want "
                        + shown(one.getValue().to()))
                .collect(Collectors.joining("; "));
        String remedy = "`flotilla provision --yes" + (change.adopted() ? " --adopt" : "")
                + "` changes it, where Terraform did not make it; or change the settings";
        return isGrave(change.differences())
                ? Finding.error(check, what, remedy)
                : Finding.warning(check, what, remedy);
    }

    /** Without a dead-letter queue of its own nothing is ever given up, and nobody hears of it. */
    private static boolean isGrave(Map<String, Difference> differences) {
        return differences.containsKey(Attributes.DEAD_LETTERS_TO)
                || differences.containsKey(Attributes.COUNT)
                        && differences.get(Attributes.COUNT).from().equals("0");
    }

    private static String untold(Step step) {
        return step instanceof Step.InOrder order && !order.untold().isEmpty()
                ? ", as far as this service tells (not " + String.join(", ", order.untold()) + ")"
                : "";
    }

    /** A reason ends with its remedy, after a semicolon or a colon. */
    private static Finding refused(String check, String why) {
        int semicolon = why.indexOf("; ");
        int at = semicolon >= 0 ? semicolon : why.indexOf(": ");
        return at >= 0
                ? Finding.error(check, why.substring(0, at), why.substring(at + 2))
                : Finding.error(check, why, MAKE);
    }

    private static String shown(String value) {
        return value.isEmpty() ? "nothing" : value;
    }
}
