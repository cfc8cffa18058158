package flotilla.drill;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is not as it should be with one image: a line for each. What its client was told is held against the image, against what came
 * before, and against the output bucket.
 *
 * @param lost ids that were accepted and never answered
 * @param wrong answers that are not right, and results that are not what was told
 * @param doubled a second id, or a second answer that differs
 */
record StoryCheck(List<String> lost, List<String> wrong, List<String> doubled) {
    /** An image is given up when so many workers have ended with it inside a classifier, of which one at least tried it alone. */
    private static final int CONVICTED_BY = 2;

    /**
     * Checks a story.
     *
     * @param stored the results of its ids
     * @param inside what kills found inside classifiers of the image, under any of its ids
     */
    static StoryCheck of(Story story, List<Stored> stored, Toll.Inside inside) {
        return new StoryCheck(lost(story, stored), wrong(story, stored, inside), doubled(story, stored));
    }

    private static List<String> lost(Story story, List<Stored> stored) {
        return story.ids().stream()
                .filter(id -> heard(story, id).isEmpty())
                .map(id -> "lost: " + story.image().file() + " was accepted as " + id + " and has no answer"
                        + (of(stored, id).isEmpty() ? "" : ", though one is stored"))
                .toList();
    }

    private static List<String> wrong(Story story, List<Stored> stored, Toll.Inside inside) {
        String file = story.image().file();
        List<String> wrong = new ArrayList<>();
        story.answers().stream()
                .filter(answer -> !isRight(answer, story.image()))
                .forEach(answer -> wrong.add(file + " was answered with " + answer + ", right is "
                        + story.image().label()));
        if (story.answers().stream().anyMatch(Answer::isQuarantined)) {
            if (inside.kills() < CONVICTED_BY) {
                wrong.add(file + " was given up, though " + inside.kills() + " workers were killed with it inside");
            } else if (inside.alone() == 0) {
                wrong.add(file + " was given up, though each of the " + inside.kills()
                        + " workers that were killed with it inside did not try it alone");
            }
        }
        story.oddities().forEach(odd -> wrong.add(file + " got " + odd));
        for (Stored one : stored) {
            if (!one.answer().id().equals(one.id())) {
                wrong.add(file + " has a result under " + one.id() + " that is of "
                        + one.answer().id());
            } else if (!isRight(one.answer(), story.image())) {
                wrong.add(file + " is stored as " + one.answer() + ", right is "
                        + story.image().label());
            }
        }
        story.ids().forEach(id -> untold(story, id, of(stored, id)).ifPresent(wrong::add));
        return wrong.stream().map(line -> "wrong: " + line).toList();
    }

    /** Whether the last that was heard is not what stands in the bucket; an answer that is wrong by itself is not told again. */
    private static Optional<String> untold(Story story, String id, List<Stored> stored) {
        List<Answer> heard = heard(story, id);
        if (heard.isEmpty() || !isRight(heard.get(heard.size() - 1), story.image())) {
            return Optional.empty();
        }
        String file = story.image().file();
        Answer last = heard.get(heard.size() - 1);
        if (stored.isEmpty()) {
            return Optional.of(file + " was answered with " + last + ", and no result is stored");
        }
        Answer standing = stored.get(stored.size() - 1).answer();
        return isSame(standing, last)
                ? Optional.empty()
                : Optional.of(file + " was answered with " + last + ", and " + standing + " is stored");
    }

    private static List<String> doubled(Story story, List<Stored> stored) {
        String file = story.image().file();
        List<String> doubled = new ArrayList<>();
        if (story.ids().size() > 1) {
            doubled.add(file + " was accepted under one key as " + story.ids());
        }
        for (String id : story.ids()) {
            List<Answer> heard = outcomes(heard(story, id));
            if (heard.size() > 1) {
                doubled.add(file + " got different answers " + heard);
            }
            List<Answer> kept = fromTheFirstThatStands(
                    of(stored, id).stream().map(Stored::answer).toList());
            if (kept.size() > 1) {
                doubled.add(file + " has results stored after one that stands: " + kept);
            }
            long givenUp = of(stored, id).stream()
                    .filter(one -> one.answer().isQuarantined())
                    .count();
            if (givenUp > 1) {
                doubled.add(file + " was given up " + givenUp + " times as " + id + ", and nobody has redriven it");
            }
        }
        return doubled.stream().map(line -> "doubled: " + line).toList();
    }

    /** What differs among answers, without the failures before the first one that stands, which that may supersede. */
    private static List<Answer> outcomes(List<Answer> answers) {
        return fromTheFirstThatStands(answers).stream()
                .map(answer -> new Answer(answer.id(), "", answer.label(), answer.failure()))
                .distinct()
                .toList();
    }

    private static List<Answer> fromTheFirstThatStands(List<Answer> answers) {
        return answers.stream().dropWhile(Answer::isQuarantined).toList();
    }

    private static List<Answer> heard(Story story, String id) {
        return story.answers().stream().filter(answer -> answer.id().equals(id)).toList();
    }

    /** The generations of one id in their order. */
    private static List<Stored> of(List<Stored> stored, String id) {
        return stored.stream()
                .filter(one -> one.id().equals(id))
                .sorted(Comparator.comparing(Stored::generation))
                .toList();
    }

    /** Whether it is the image's label, or that it was given up, which is judged by itself. */
    private static boolean isRight(Answer answer, DrillImage image) {
        boolean itsOwn = answer.file().equals(image.file());
        // What a caller hears of a failure names no file.
        boolean givenUp = answer.isQuarantined() && (itsOwn || answer.file().isEmpty());
        return givenUp || !answer.isFailure() && itsOwn && answer.label().equals(image.label());
    }

    private static boolean isSame(Answer one, Answer other) {
        return one.label().equals(other.label()) && one.failure().equals(other.failure());
    }
}
