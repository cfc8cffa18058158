package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** 2,020 images for 100 kills, so that 20 images belong to each. */
class LoadTest {
    private final Load load = new Load(2_020, 100);

    @Test
    void images_shouldComeInStepWithTheKills() {
        assertThat(load.due(0, 20, 19, false)).isEqualTo(20);
        assertThat(load.due(1, 20, 19, false)).isEqualTo(40);
        assertThat(load.due(50, 1_000, 999, false)).isEqualTo(1_020);
    }

    @Test
    void flood_shouldBringTheImagesOfThreeKillsMore() {
        assertThat(load.due(10, 200, 199, true)).isEqualTo(280);
        assertThat(load.due(11, 280, 279, false))
                .as("until the kills have caught up")
                .isEqualTo(280);
    }

    @Test
    void imagesThatAreAllAnswered_shouldBeFollowedByMore() {
        assertThat(load.due(10, 220, 220, false)).isEqualTo(240);
        assertThat(load.due(10, 400, 400, false)).as("ten kills ahead at most").isEqualTo(400);
    }

    @Test
    void lastImages_shouldComeAfterTheLastKill() {
        assertThat(load.due(100, 1_999, 1_998, true)).isEqualTo(2_000);
        assertThat(load.due(100, 2_000, 2_000, false)).isEqualTo(2_000);
    }

    @Test
    void fewImages_shouldAllBeOutFromTheBeginning() {
        assertThat(new Load(5, 10).due(3, Load.HEAD_START, 5, false)).isEqualTo(Load.HEAD_START);
    }
}
