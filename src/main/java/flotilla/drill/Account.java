package flotilla.drill;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What became of every image of a drill. It is drawn from what the clients were told, from the objects in the result store, and
 * from what the ended workers wrote; not from anything that the system counts itself.
 *
 * @param images how many clients had
 * @param accepted of them
 * @param answered of them
 * @param quarantined of them, which killed their workers twice as far as the system could see, once at least alone: a drill's kills may hit an
 *     innocent image so
 * @param lost accepted and never answered
 * @param wrong images that are not kept as they were sent, answers with another label than the right one, for another image, or a failure of a good image, be it that it was given
 *     up for less than two kills, or for none that tried it alone; results that are not what was told; anything that no client should see
 * @param doubled images that were accepted under two ids, or got an answer after one that stands, which differs
 * @param invented results in the store that belong to no accepted image
 * @param busyKilled workers that were told to end with images in hand
 * @param findings a line for each that should not be
 */
record Account(
        int images,
        int accepted,
        int answered,
        int quarantined,
        int lost,
        int wrong,
        int doubled,
        int invented,
        int busyKilled,
        List<String> findings) {

    /**
     * Draws up the account.
     *
     * @param stored all generations of all results in the store
     * @param inside what kills found inside classifiers, by the image's id
     * @param spoilt a line for each image that is not kept as it was sent
     * @param busyKilled a line for each worker that was told to end with images in hand
     */
    static Account of(
            List<Story> stories,
            List<Stored> stored,
            Map<String, Toll.Inside> inside,
            List<String> spoilt,
            List<String> busyKilled) {
        List<String> findings = new ArrayList<>(spoilt);
        int accepted = 0;
        int answered = 0;
        int quarantined = 0;
        int lost = 0;
        int wrong = spoilt.size();
        int doubled = 0;
        Set<String> ids = new HashSet<>();
        Map<String, List<Stored>> results = stored.stream().collect(Collectors.groupingBy(Stored::id));
        for (Story story : stories) {
            ids.addAll(story.ids());
            accepted += story.ids().isEmpty() ? 0 : 1;
            answered += story.isAnswered() ? 1 : 0;
            quarantined += story.answers().stream().anyMatch(Answer::isQuarantined) ? 1 : 0;
            StoryCheck check = StoryCheck.of(
                    story,
                    story.ids().stream()
                            .flatMap(id -> results.getOrDefault(id, List.of()).stream())
                            .toList(),
                    story.ids().stream()
                            .map(id -> inside.getOrDefault(id, Toll.Inside.NONE))
                            .reduce(Toll.Inside.NONE, Toll.Inside::plus));
            lost += check.lost().size();
            wrong += check.wrong().size();
            doubled += check.doubled().size();
            findings.addAll(check.lost());
            findings.addAll(check.wrong());
            findings.addAll(check.doubled());
        }
        List<String> inventions = stored.stream()
                .filter(result -> !ids.contains(result.id()))
                .map(result -> "invented: a result is stored for "
                        + result.answer().file() + " as " + result.id() + ", which no client was told")
                .toList();
        findings.addAll(inventions);
        busyKilled.forEach(worker -> findings.add("busy: " + worker));
        return new Account(
                stories.size(),
                accepted,
                answered,
                quarantined,
                lost,
                wrong,
                doubled,
                inventions.size(),
                busyKilled.size(),
                findings);
    }

    /** Whether nothing is as it should not be, and every image has its answer. */
    boolean isGood() {
        return findings.isEmpty() && answered == images;
    }

    /** The account in two lines for people. */
    String text() {
        return "images %d, accepted %d, answered %d, quarantined %d%n"
                        .formatted(images, accepted, answered, quarantined)
                + "lost %d, wrong %d, answered twice %d, invented %d, busy workers killed by the scaler %d"
                        .formatted(lost, wrong, doubled, invented, busyKilled);
    }
}
