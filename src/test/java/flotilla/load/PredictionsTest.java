package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictionsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // a file with one row (\n stands for a new line) | an image | its label
                "Image,Results\\ntest_000,Paul           | test_000.jpg  | Paul",
                "test_000,Paul                           | test_000.jpg  | Paul",
                "test_000.jpg,Paul                       | test_000.jpg  | Paul",
                "test_000.jpg,Paul                       | test_000.JPG  | Paul",
                "test_000.JPG,Paul                       | test_000.jpg  | Paul",
                "test_000.JPEG,Paul                      | test_000.Jpeg | Paul",
                "test_000,Paul                           | test_000.PNG  | Paul",
                "' Image , Results '\\n test_000 , Paul  | test_000.jpg  | Paul",
                "'  test_000.jpg ,  Paul  '              | test_000.jpg  | Paul",
                "image,results\\r\\ntest_000,Paul\\r\\n  | test_000.jpg  | Paul",
                "\\uFEFFImage,Results\\ntest_000,Paul    | test_000.jpg  | Paul",
                "\\n\\ntest_000,Paul\\n\\n               | test_000.jpg  | Paul",
                "\"test_000\",\"Coffee cup\"             | test_000.jpg  | Coffee cup",
                "\"Image\",\"Results\"\\ntest_000,Paul   | test_000.jpg  | Paul",
                "n01,\"tench, Tinca tinca\"              | n01.jpg       | tench, Tinca tinca",
                "n01,tench, Tinca tinca                  | n01.jpg       | tench, Tinca tinca",
                "a.b.c,Paul                              | a.b.c.jpg     | Paul",
                "test_000,Paul\\ntest_000.jpg,Emma       | test_000.jpg  | Emma",
                "test_000,Paul\\ntest_000.jpg,Emma       | test_000.png  | Paul"
            })
    void rowInEachForm_shouldGiveTheLabel(String text, String image, String label) throws IOException {
        assertThat(read(text).label(image(image))).contains(label);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "test_000.jpg,Paul | test_000.png",
                "test_000,Paul     | Test_000.jpg",
                "test_000,Paul     | test_0000.jpg",
                "test_24.jpg,Paul  | test_24.JPEG"
            })
    void imageOfAnotherName_shouldHaveNoLabel(String text, String image) throws IOException {
        assertThat(read(text).label(image(image))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Image,Results\\ntest_000                  | line 2: a row is name,label, not \"test_000\"",
                "test_000,Paul\\n,Emma                     | line 2: a row is name,label, not \",Emma\"",
                "test_000,Paul\\ntest_001,                 | line 2: a row is name,label, not \"test_001,\"",
                "test_000,Paul\\n\\ntest_000,Paul          | line 3: test_000 has a row already, line 1; keep one",
                "test_000,Paul\\ntest_000,Emma             | line 2: test_000 has a row already, line 1; keep one",
                "test_000.jpg,Paul\\ntest_000.JPG,Emma     | line 2: test_000.JPG has a row already, line 1; keep one",
                "test_000,Paul\\nImage,Results\\nImage,Bob | line 3: Image has a row already, line 2; keep one",
                "Image,Results                             | has no row; check --prediction-file"
            })
    void rowThatIsNone_shouldBeAnErrorOfOneLineWithItsNumber(String text, String message) throws IOException {
        Path file = write(text);

        assertThatThrownBy(() -> Predictions.read(file))
                .isInstanceOf(LoadException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageEndingWith(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void fileThatCannotBeRead_shouldBeAnError() throws IOException {
        Path latin = Files.write(folder.resolve("latin.csv"), new byte[] {'a', ',', (byte) 0xE4});

        assertThatThrownBy(() -> Predictions.read(folder.resolve("none.csv"))).hasMessageStartingWith("cannot read ");
        assertThatThrownBy(() -> Predictions.read(latin)).hasMessageContaining("not UTF-8");
    }

    @Test
    void imageWithoutARow_shouldBeFoundBeforeAnythingIsSent() throws IOException {
        Predictions predictions = read("a,Paul\nb,Emma");
        ImageFolder images =
                new ImageFolder(List.of(image("a.png"), image("b.png"), image("c.png"), image("d.png")), List.of());

        predictions.requireAll(images, 2);
        assertThatThrownBy(() -> predictions.requireAll(images, 3))
                .hasMessageContaining("has no row for c.png; add it");
        assertThatThrownBy(() -> predictions.requireAll(images, 100)).hasMessageContaining("c.png and 1 more");
    }

    private Predictions read(String text) throws IOException {
        return Predictions.read(write(text));
    }

    private Path write(String text) throws IOException {
        String content = text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\uFEFF", "\uFEFF")
                .replace("'", "");
        return Files.writeString(folder.resolve("predictions.csv"), content);
    }

    private static LoadImage image(String name) {
        return new LoadImage(Path.of(name));
    }
}
