package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each rule of the account, with the one history that breaks it. */
class AccountTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String OTHER_ID = "01890a5d-ac96-774b-bcce-b302099a8058";
    private static final Answer RIGHT = new Answer(ID, "cat.png", "cat", "");

    private final Story story = new Story(new DrillImage("cat.png", new byte[0], "cat"));

    private Account account(Map<String, Answer> stored) {
        return Account.of(List.of(story), stored, List.of());
    }

    @Test
    void imageWithOneRightAnswer_shouldBeGood() {
        story.accepted(ID);
        story.answered(RIGHT);
        story.answered(RIGHT);

        Account account = account(Map.of(ID, RIGHT));

        assertThat(account.isGood()).isTrue();
        assertThat(account.text()).contains("images 1, accepted 1, answered 1", "lost 0, wrong 0");
    }

    @Test
    void acceptedImageWithoutAnswer_shouldBeLost() {
        story.accepted(ID);

        Account account = account(Map.of(ID, RIGHT));

        assertThat(account.lost()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
        assertThat(account.findings()).singleElement().asString().contains("cat.png", ID, "though one is stored");
    }

    @Test
    void imageThatWasNeverAccepted_shouldBeUnansweredAndNotLost() {
        Account account = account(Map.of());

        assertThat(account.lost()).isZero();
        assertThat(account.isGood()).isFalse();
    }

    @Test
    void anotherLabel_shouldBeWrong() {
        story.answered(new Answer(ID, "cat.png", "dog", ""));

        assertThat(account(Map.of(ID, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void answerOfAnotherImage_shouldBeWrong() {
        story.answered(new Answer(ID, "dog.png", "cat", ""));

        assertThat(account(Map.of(ID, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void failureOfAGoodImage_shouldBeWrong() {
        story.answered(new Answer(ID, "cat.png", "", "undeliverable"));

        assertThat(account(Map.of(ID, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void whatNoClientShouldSee_shouldBeWrong() {
        story.answered(RIGHT);
        story.odd("500 Internal Server Error");

        assertThat(account(Map.of(ID, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void quarantinedImage_shouldBeCountedByItself() {
        story.answered(new Answer(ID, "cat.png", "", "quarantined"));

        Account account = account(Map.of(ID, RIGHT));

        assertThat(account.quarantined()).isEqualTo(1);
        assertThat(account.isGood()).isTrue();
    }

    @Test
    void twoIdsForOneKey_shouldBeDoubled() {
        story.answered(RIGHT);
        story.answered(new Answer(OTHER_ID, "cat.png", "cat", ""));

        assertThat(account(Map.of(ID, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void twoAnswersThatDiffer_shouldBeDoubled() {
        story.answered(RIGHT);
        story.answered(new Answer(ID, "cat.png", "dog", ""));

        assertThat(account(Map.of(ID, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void storedResultThatNoClientWasTold_shouldBeInvented() {
        story.answered(RIGHT);

        Account account = account(Map.of(ID, RIGHT, OTHER_ID, new Answer(OTHER_ID, "cat.png", "cat", "")));

        assertThat(account.invented()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
    }

    @Test
    void workerEndedWithImagesInHand_shouldBeBusy() {
        story.answered(RIGHT);

        Account account = Account.of(List.of(story), Map.of(ID, RIGHT), List.of("i-1.log with 2 images"));

        assertThat(account.busyKilled()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
    }

    @Test
    void responses_shouldBeUnderstoodAsAClientWould() {
        List<Boolean> further = new ArrayList<>();
        further.add(Clients.hear(story, 503, "{}", ""));
        further.add(Clients.hear(story, 429, "{}", ""));
        further.add(Clients.hear(story, 422, "{\"code\":\"quarantined\"}", ""));
        assertThat(story.ids()).isEmpty();
        further.add(Clients.hear(story, 202, "{\"id\":\"" + ID + "\"}", ""));
        assertThat(story.ids()).containsExactly(ID);
        assertThat(story.isAnswered()).isFalse();
        further.add(Clients.hear(
                story, 200, "{\"id\":\"" + ID + "\",\"file\":\"cat.png\",\"status\":\"done\",\"label\":\"cat\"}", ""));
        assertThat(story.answers()).containsExactly(RIGHT);
        further.add(Clients.hear(story, 404, "{\"code\":\"unknown-id\"}", ID));
        further.add(Clients.hear(story, 200, "<html>", ID));

        assertThat(further).containsExactly(false, false, false, true, true, false, false);
        assertThat(story.oddities()).hasSize(2);
    }
}
