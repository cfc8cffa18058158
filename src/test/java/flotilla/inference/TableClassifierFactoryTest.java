package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.SettingsException;
import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableClassifierFactoryTest {
    @TempDir
    private Path folder;

    @Test
    void stemsWithHeader_shouldMatchAnyExtension() throws IOException {
        ImageClassifier classifier = classifier("Image,Results\ntest_000,Paul\ntest_001,Emily\n");

        assertThat(classify(classifier, "test_001.jpg"))
                .isEqualTo(new Outcome.Labelled("table", List.of(new Prediction("Emily", 1, 1.0))));
        assertThat(label(classifier, "test_000.JPEG")).isEqualTo("Paul");
    }

    @Test
    void fullName_shouldWinOverStem() throws IOException {
        ImageClassifier classifier = classifier("test_24,Stem\ntest_24.jpg,Jpg\ntest_24.JPEG,Jpeg\n");

        assertThat(label(classifier, "test_24.jpg")).isEqualTo("Jpg");
        assertThat(label(classifier, "test_24.JPEG")).isEqualTo("Jpeg");
        assertThat(label(classifier, "test_24.png")).isEqualTo("Stem");
    }

    @Test
    void spacesQuotesBlankLinesAndByteOrderMark_shouldBeTolerated() throws IOException {
        ImageClassifier classifier = classifier(
                "\uFEFF Image , Results \r\n\r\n test_000.jpg , Paul \r\n\"test_001\",\"tabby, tabby cat\"\r\n");

        assertThat(label(classifier, "test_000.jpg")).isEqualTo("Paul");
        assertThat(label(classifier, "test_001.png")).isEqualTo("tabby, tabby cat");
    }

    @Test
    void fileOutsideTheTable_shouldFailAsAValue() throws IOException {
        assertThat(classify(classifier("a,b\n"), "other.jpg")).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.code()).isEqualTo(FailureCode.NOT_IN_TABLE);
            assertThat(failed.message()).contains("other.jpg", "table.csv");
        });
    }

    @Test
    void rowThatIsNoRow_shouldBeNamed() {
        assertThatThrownBy(() -> classifier("test_000,Paul\ntest_001\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("table.csv", "line 2");
        assertThatThrownBy(() -> classifier("test_000,\n")).isInstanceOf(SettingsException.class);
    }

    @Test
    void twoLabelsForOneName_shouldBeRefused() {
        assertThatThrownBy(() -> classifier("a,Paul\na,Emily\n"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("two labels");
    }

    @Test
    void missingTable_shouldBeNamedWithTheKey() {
        assertThatThrownBy(() -> TableClassifierFactory.read(folder.resolve("none.csv")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("none.csv", "flotilla.classifier.table");
    }

    private ImageClassifier classifier(String csv) throws IOException {
        return TableClassifierFactory.read(Files.writeString(folder.resolve("table.csv"), csv))
                .create();
    }

    private static String label(ImageClassifier classifier, String file) {
        return ((Outcome.Labelled) classify(classifier, file)).label();
    }

    private static Outcome classify(ImageClassifier classifier, String file) {
        return classifier.classify(new EncodedImage(file, new byte[0]));
    }
}
