package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final LoadImage IMAGE = new LoadImage(Path.of("test_000.jpg"));

    @ParameterizedTest
    @CsvSource({
        // the label, the image that the answer names, the expected label, the verdict
        "Paul, test_000,     Paul,   RIGHT",
        "Paul, test_000.jpg, Paul,   RIGHT",
        "Paul, ,             Paul,   RIGHT",
        "paul, test_000,     Paul,   WRONG",
        "Emma, test_000,     Paul,   WRONG",
        "Paul, test_001,     Paul,   WRONG",
        "Paul, test_001.jpg, Paul,   WRONG",
        "Paul, test_000.png, Paul,   WRONG",
        "b,    a,            a:b,    RIGHT",
        "Paul, test_000,     ,       ANSWERED",
        "Paul, ,             ,       ANSWERED",
        "Paul, test_001,     ,       WRONG"
    })
    void answer_shouldBeComparedWithTheExpectedLabelAndTheImageItNames(
            String label, String named, String expected, Verdict.Kind kind) {
        Answer answer = new Answer.Labelled(label, Optional.ofNullable(named), Optional.empty());

        assertThat(Verdict.of(IMAGE, answer, Optional.ofNullable(expected)).kind())
                .isEqualTo(kind);
    }

    @Test
    void noLabel_shouldBeMissing() {
        Verdict verdict = Verdict.of(IMAGE, new Answer.Failed("timeout", "no answer within 5 s"), Optional.of("Paul"));

        assertThat(verdict).isEqualTo(new Verdict(Verdict.Kind.MISSING, "Paul", "timeout: no answer within 5 s"));
    }

    @Test
    void answerOfAnotherImage_shouldSayWhose() {
        Answer answer = new Answer.Labelled("Paul", Optional.of("test_001"), Optional.empty());

        assertThat(Verdict.of(IMAGE, answer, Optional.empty()).got()).isEqualTo("Paul, the answer of test_001");
    }
}
