package flotilla.metrics;

import flotilla.domain.Outcome;

/** What became of an image, in a word of a few. */
final class Outcomes {
    static final String LABELLED = "labelled";

    private Outcomes() {}

    static String name(Outcome outcome) {
        return outcome instanceof Outcome.Failed failed ? failed.code().text() : LABELLED;
    }
}
