package flotilla.load;

import java.util.Optional;

/**
 * What an answer is worth.
 *
 * @param got what came, for people; expected is what should have come
 */
record Verdict(Kind kind, String expected, String got) {
    /** The four ends of a request. */
    enum Kind {
        /** The label is the expected one. */
        RIGHT,
        /** Another label, or the answer of another image. */
        WRONG,
        /** There is a label and nothing to compare it with. */
        ANSWERED,
        /** There is no label. */
        MISSING
    }

    /** Compares trimmed labels, letter by letter; an answer that names another image is wrong whatever its label. */
    static Verdict of(LoadImage image, Answer answer, Optional<String> expected) {
        String right = expected.orElse("an answer");
        if (answer instanceof Answer.Failed failed) {
            return new Verdict(
                    Kind.MISSING, right, failed.kind() + (failed.detail().isEmpty() ? "" : ": " + failed.detail()));
        }
        Answer.Labelled labelled = (Answer.Labelled) answer;
        String label = labelled.label();
        Optional<String> named = labelled.named();
        boolean whole = named.isPresent() && expected.isPresent() && (named.get() + ":" + label).equals(expected.get());
        if (whole) {
            return new Verdict(Kind.RIGHT, right, label);
        }
        if (named.filter(name -> !name.equals(image.name().strip())
                        && !name.equals(image.stem().strip()))
                .isPresent()) {
            return new Verdict(Kind.WRONG, right, label + ", the answer of " + named.get());
        }
        if (expected.isEmpty()) {
            return new Verdict(Kind.ANSWERED, right, label);
        }
        return new Verdict(label.equals(expected.get()) ? Kind.RIGHT : Kind.WRONG, right, label);
    }
}
