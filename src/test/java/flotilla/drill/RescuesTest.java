package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RescuesTest {
    private static Story answered(String id) {
        Story story = new Story(new DrillImage(id + ".png", new byte[0], "Cat"));
        story.answered(new Answer(id, id + ".png", "Cat", ""));
        return story;
    }

    private static Instant before(Story story, int seconds) {
        return story.answeredAt().orElseThrow().minusSeconds(seconds);
    }

    @Test
    void imagesOfKilledWorkers_shouldTellHowLongTheyWaited() {
        List<Story> stories = List.of(answered("a"), answered("b"), answered("c"), answered("d"));

        Rescues rescues = Rescues.of(
                stories,
                Map.of("a", before(stories.get(0), 8), "b", before(stories.get(1), 2), "c", before(stories.get(2), 4)));

        assertThat(rescues.waits())
                .containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(rescues.text()).endsWith("3; from the kill to the answer: median 4.0 s, 90 % 8.0 s, longest 8.0 s");
    }

    @Test
    void imageThatWasAnsweredBeforeTheKill_shouldNotCount() {
        Story story = answered("a");

        assertThat(Rescues.of(List.of(story), Map.of("a", before(story, -1))).text())
                .isEqualTo("no image was in the hand of a killed worker");
    }
}
