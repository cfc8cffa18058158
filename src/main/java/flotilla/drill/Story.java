package flotilla.drill;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the clients were told of one image, in the order in which they heard it. Thread-safe. */
final class Story {
    private final DrillImage image;
    private final Set<String> accepted = new LinkedHashSet<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<String> oddities = new ArrayList<>();
    private Optional<Instant> answeredAt = Optional.empty();

    Story(DrillImage image) {
        this.image = image;
    }

    DrillImage image() {
        return image;
    }

    /** A 2xx named this id. */
    synchronized void accepted(String id) {
        accepted.add(id);
    }

    /** An answer came, which also accepts. */
    synchronized void answered(Answer answer) {
        accepted.add(answer.id());
        answers.add(answer);
        answeredAt = answeredAt.or(() -> Optional.of(Instant.now()));
    }

    /** When the first answer came. */
    synchronized Optional<Instant> answeredAt() {
        return answeredAt;
    }

    /** Something came that no client should see. */
    synchronized void odd(String what) {
        oddities.add(what);
    }

    synchronized List<String> ids() {
        return List.copyOf(accepted);
    }

    /** How many answers came for one id. */
    synchronized long answers(String id) {
        return answers.stream().filter(answer -> answer.id().equals(id)).count();
    }

    synchronized List<Answer> answers() {
        return List.copyOf(answers);
    }

    synchronized List<String> oddities() {
        return List.copyOf(oddities);
    }

    synchronized boolean isAnswered() {
        return !answers.isEmpty();
    }
}
