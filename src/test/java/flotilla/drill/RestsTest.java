package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RestsTest {
    private final Rests rests = new Rests();

    @Test
    void threeKillsWithoutAnAnswer_shouldBeFollowedByOneRest() {
        assertThat(rests.isDue(1, 5, 20)).isFalse();
        assertThat(rests.isDue(3, 5, 20)).isFalse();
        assertThat(rests.isDue(4, 5, 20)).isTrue();
        assertThat(rests.isDue(5, 5, 20)).isFalse();
        assertThat(rests.isDue(7, 5, 20)).isTrue();
    }

    @Test
    void answerBetweenTheKills_shouldNeedNoRest() {
        assertThat(rests.isDue(1, 5, 20)).isFalse();
        assertThat(rests.isDue(3, 6, 20)).isFalse();
        assertThat(rests.isDue(5, 6, 20)).isFalse();
    }

    @Test
    void systemWithNothingToAnswer_shouldNeedNoRest() {
        assertThat(rests.isDue(1, 20, 20)).isFalse();
        assertThat(rests.isDue(9, 20, 20)).isFalse();
    }
}
