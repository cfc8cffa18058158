package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each rule of the account, with the one history that breaks it. */
class AccountTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String OTHER_ID = "01890a5d-ac96-774b-bcce-b302099a8058";
    private static final Answer RIGHT = new Answer(ID, "cat.png", "cat", "");
    private static final Answer GIVEN_UP = new Answer(ID, "cat.png", "", "quarantined");

    private final Story story = new Story(new DrillImage("cat.png", new byte[0], "cat"));

    private Account account(Stored... stored) {
        return Account.of(List.of(story), List.of(stored), Map.of(), List.of(), List.of());
    }

    private Account accountOfKilled(int inside, Stored... stored) {
        return accountOfKilled(new Toll.Inside(inside, inside), stored);
    }

    private Account accountOfKilled(Toll.Inside inside, Stored... stored) {
        return Account.of(List.of(story), List.of(stored), Map.of(ID, inside), List.of(), List.of());
    }

    private static Stored stored(int generation, Answer answer) {
        return new Stored(answer.id(), generation, answer, Instant.EPOCH, 1);
    }

    @Test
    void imageWithOneRightAnswer_shouldBeGood() {
        story.accepted(ID);
        story.answered(RIGHT);
        story.answered(RIGHT);

        Account account = account(stored(1, RIGHT));

        assertThat(account.isGood()).isTrue();
        assertThat(account.text()).contains("images 1, accepted 1, answered 1", "lost 0, wrong 0");
    }

    @Test
    void acceptedImageWithoutAnswer_shouldBeLost() {
        story.accepted(ID);

        Account account = account(stored(1, RIGHT));

        assertThat(account.lost()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
        assertThat(account.findings()).singleElement().asString().contains("cat.png", ID, "though one is stored");
    }

    @Test
    void imageThatWasNeverAccepted_shouldBeUnansweredAndNotLost() {
        Account account = account();

        assertThat(account.lost()).isZero();
        assertThat(account.isGood()).isFalse();
    }

    @Test
    void anotherLabel_shouldBeWrong() {
        story.answered(new Answer(ID, "cat.png", "dog", ""));

        assertThat(account(stored(1, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void answerOfAnotherImage_shouldBeWrong() {
        story.answered(new Answer(ID, "dog.png", "cat", ""));

        assertThat(account(stored(1, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void answerThatNamesNoFile_shouldBeWrong() {
        story.answered(new Answer(ID, "", "cat", ""));

        assertThat(account(stored(1, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void imageThatIsNotKeptAsItWasSent_shouldBeWrong() {
        story.answered(RIGHT);

        Account account = Account.of(
                List.of(story), List.of(stored(1, RIGHT)), Map.of(), List.of("wrong: other bytes"), List.of());

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
        assertThat(account.findings()).containsExactly("wrong: other bytes");
    }

    @Test
    void failureOfAGoodImage_shouldBeWrong() {
        story.answered(new Answer(ID, "cat.png", "", "undeliverable"));

        assertThat(account(stored(1, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void whatNoClientShouldSee_shouldBeWrong() {
        story.answered(RIGHT);
        story.odd("500 Internal Server Error");

        assertThat(account(stored(1, RIGHT)).wrong()).isEqualTo(1);
    }

    @Test
    void quarantinedImage_shouldBeCountedByItself() {
        story.answered(GIVEN_UP);

        Account account = accountOfKilled(2, stored(1, GIVEN_UP));

        assertThat(account.quarantined()).isEqualTo(1);
        assertThat(account.isGood()).isTrue();
    }

    @Test
    void quarantinedImageThatWasInsideOneKilledWorkerOnly_shouldBeWrong() {
        story.answered(GIVEN_UP);

        Account account = accountOfKilled(1, stored(1, GIVEN_UP));

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.findings()).singleElement().asString().contains("given up, though 1 workers");
    }

    @Test
    void quarantinedImageThatWasNeverInsideAlone_shouldBeWrong() {
        story.answered(GIVEN_UP);

        Account account = accountOfKilled(new Toll.Inside(3, 0), stored(1, GIVEN_UP));

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.findings())
                .singleElement()
                .asString()
                .contains(
                        "given up, though each of the 3 workers that were killed with it inside did not try it alone");
    }

    @Test
    void quarantinedImageThatWasInsideAloneOnce_shouldBeGood() {
        story.answered(GIVEN_UP);

        assertThat(accountOfKilled(new Toll.Inside(2, 1), stored(1, GIVEN_UP)).isGood())
                .isTrue();
    }

    @Test
    void killsUnderAnotherIdOfAnImage_shouldCountForIt() {
        story.answered(new Answer(OTHER_ID, "cat.png", "cat", ""));
        story.answered(GIVEN_UP);
        Map<String, Toll.Inside> inside = Map.of(ID, new Toll.Inside(1, 1), OTHER_ID, new Toll.Inside(1, 0));

        assertThat(Account.of(List.of(story), List.of(), inside, List.of(), List.of())
                        .findings())
                .noneMatch(finding -> finding.contains("given up"));
    }

    @Test
    void answerAfterQuarantine_shouldSupersedeIt() {
        story.answered(GIVEN_UP);
        story.answered(RIGHT);

        assertThat(accountOfKilled(2, stored(2, RIGHT), stored(1, GIVEN_UP)).isGood())
                .isTrue();
    }

    @Test
    void quarantineAfterAnAnswer_shouldBeDoubled() {
        story.answered(RIGHT);
        story.answered(GIVEN_UP);
        story.answered(RIGHT);

        assertThat(accountOfKilled(2, stored(1, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void resultStoredAfterOneThatStands_shouldBeDoubled() {
        story.answered(RIGHT);

        assertThat(account(stored(1, RIGHT), stored(2, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void imageThatIsGivenUpTwice_shouldBeDoubled() {
        story.answered(GIVEN_UP);

        Account account = accountOfKilled(2, stored(1, GIVEN_UP), stored(2, GIVEN_UP));

        assertThat(account.doubled()).isEqualTo(1);
        assertThat(account.findings()).singleElement().asString().contains("given up 2 times as " + ID);
    }

    @Test
    void resultUnderAnotherName_shouldBeWrong() {
        story.answered(RIGHT);
        story.accepted(OTHER_ID);
        story.answered(new Answer(OTHER_ID, "cat.png", "cat", ""));

        Account account = account(stored(1, RIGHT), new Stored(OTHER_ID, 1, RIGHT, Instant.EPOCH, 1));

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.findings()).anySatisfy(line -> assertThat(line).contains(OTHER_ID + " that is of " + ID));
    }

    @Test
    void storedLabelThatIsNotRight_shouldBeWrong() {
        story.answered(RIGHT);

        assertThat(account(stored(1, RIGHT), stored(2, new Answer(ID, "cat.png", "dog", "")))
                        .findings())
                .anySatisfy(line -> assertThat(line).startsWith("wrong: cat.png is stored as"));
    }

    @Test
    void answerThatIsNotWhatStands_shouldBeWrong() {
        story.answered(GIVEN_UP);

        Account account = accountOfKilled(2, stored(1, GIVEN_UP), stored(2, RIGHT));

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.findings()).singleElement().asString().contains("was answered with", "is stored");
    }

    @Test
    void answerWithoutAnyResult_shouldBeWrong() {
        story.answered(RIGHT);

        Account account = account();

        assertThat(account.wrong()).isEqualTo(1);
        assertThat(account.findings()).singleElement().asString().endsWith("and no result is stored");
    }

    @Test
    void twoIdsForOneKey_shouldBeDoubled() {
        story.answered(RIGHT);
        story.answered(new Answer(OTHER_ID, "cat.png", "cat", ""));

        assertThat(account(stored(1, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void twoAnswersThatDiffer_shouldBeDoubled() {
        story.answered(RIGHT);
        story.answered(new Answer(ID, "cat.png", "dog", ""));

        assertThat(account(stored(1, RIGHT)).doubled()).isEqualTo(1);
    }

    @Test
    void storedResultThatNoClientWasTold_shouldBeInvented() {
        story.answered(RIGHT);

        Account account = account(stored(1, RIGHT), stored(1, new Answer(OTHER_ID, "cat.png", "cat", "")));

        assertThat(account.invented()).isEqualTo(1);
        assertThat(account.isGood()).isFalse();
    }

    @Test
    void workerEndedWithImagesInHand_shouldBeBusy() {
        story.answered(RIGHT);

        Account account = Account.of(
                List.of(story), List.of(stored(1, RIGHT)), Map.of(), List.of(), List.of("i-1 with 2 images"));

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
        assertThat(story.oddities())
                .as("a refusal that names no id is none of an image that was accepted")
                .hasSize(3);
    }

    @Test
    void responseForAnotherId_shouldBeOddAndNoAnswer() {
        String other = "{\"id\":\"" + OTHER_ID + "\",\"file\":\"cat.png\",\"label\":\"cat\"}";

        assertThat(Clients.hear(story, 200, other, ID)).isFalse();
        assertThat(Clients.hear(story, 202, other, ID)).isFalse();
        assertThat(Clients.hear(story, 202, "{}", "")).isFalse();

        assertThat(story.oddities()).hasSize(3);
        assertThat(story.ids()).isEmpty();
        assertThat(story.isAnswered()).isFalse();
    }
}
