package flotilla.drill;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What became of every image of a drill. It is drawn from what the clients were told, from the objects in the result store, and
 * from what the ended workers wrote; not from anything that the system counts itself.
 *
 * @param images how many clients had
 * @param accepted of them
 * @param answered of them
 * @param quarantined of them, which killed their workers twice as far as the system could see: a drill's kills may hit an innocent
 *     image twice
 * @param lost accepted and never answered
 * @param wrong answers with another label than the right one, for another image, or a failure of a good image; anything that no
 *     client should see
 * @param doubled images that were accepted under two ids, or got two answers that differ
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
     * @param stored the results in the store by request id
     * @param busyKilled a line for each worker that was told to end with images in hand
     */
    static Account of(List<Story> stories, Map<String, Answer> stored, List<String> busyKilled) {
        List<String> findings = new ArrayList<>();
        int accepted = 0;
        int answered = 0;
        int quarantined = 0;
        int lost = 0;
        int wrong = 0;
        int doubled = 0;
        Set<String> ids = new HashSet<>();
        for (Story story : stories) {
            ids.addAll(story.ids());
            accepted += story.ids().isEmpty() ? 0 : 1;
            answered += story.isAnswered() ? 1 : 0;
            quarantined += story.answers().stream().anyMatch(Account::isQuarantined) ? 1 : 0;
            List<String> lostIds = story.ids().stream()
                    .filter(id -> story.answers().stream()
                            .noneMatch(answer -> answer.id().equals(id)))
                    .toList();
            lost += lostIds.size();
            lostIds.forEach(id -> findings.add("lost: " + story.image().file() + " was accepted as " + id
                    + " and has no answer" + (stored.containsKey(id) ? ", though one is stored" : "")));
            List<String> wrongs = wrongs(story);
            wrong += wrongs.size();
            findings.addAll(wrongs);
            List<String> doubles = doubles(story);
            doubled += doubles.size();
            findings.addAll(doubles);
        }
        List<String> inventions = stored.values().stream()
                .filter(result -> !ids.contains(result.id()))
                .map(result -> "invented: a result is stored for " + result.file() + " as " + result.id()
                        + ", which no client was told")
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

    private static boolean isQuarantined(Answer answer) {
        return answer.failure().equals(Answer.QUARANTINED);
    }

    private static List<String> wrongs(Story story) {
        DrillImage image = story.image();
        List<String> wrongs = new ArrayList<>();
        for (Answer answer : story.answers()) {
            boolean another = !answer.file().isEmpty() && !answer.file().equals(image.file());
            boolean failed = answer.isFailure() && !isQuarantined(answer);
            boolean mislabelled = !answer.isFailure() && !answer.label().equals(image.label());
            if (another || failed || mislabelled) {
                wrongs.add("wrong: " + image.file() + " was answered with " + answer + ", right is " + image.label());
            }
        }
        story.oddities().forEach(odd -> wrongs.add("wrong: " + image.file() + " got " + odd));
        return wrongs;
    }

    private static List<String> doubles(Story story) {
        List<String> doubles = new ArrayList<>();
        if (story.ids().size() > 1) {
            doubles.add("doubled: " + story.image().file() + " was accepted under one key as " + story.ids());
        }
        for (String id : story.ids()) {
            List<Answer> differing = story.answers().stream()
                    .filter(answer -> answer.id().equals(id))
                    .filter(answer -> !isQuarantined(answer))
                    .map(answer -> new Answer(id, "", answer.label(), answer.failure()))
                    .distinct()
                    .toList();
            if (differing.size() > 1) {
                doubles.add("doubled: " + story.image().file() + " got different answers " + differing);
            }
        }
        return doubles;
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
