package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    private Path folder;

    @Test
    void folder_shouldGiveItsImagesByNameAndSayWhatItLeavesOut() throws IOException {
        for (String name :
                new String[] {"b.PNG", "a.jpg", "test_10.jpeg", "test_9.Gif", ".a.jpg", "notes.txt", "jpg"}) {
            Files.writeString(folder.resolve(name), "");
        }
        Files.createDirectory(folder.resolve("folder.jpg"));

        ImageFolder images = ImageFolder.read(folder);

        assertThat(images.images())
                .extracting(LoadImage::name)
                .containsExactly("a.jpg", "b.PNG", "test_10.jpeg", "test_9.Gif");
        assertThat(images.images())
                .extracting(LoadImage::mediaType)
                .containsExactly("image/jpeg", "image/png", "image/jpeg", "image/gif");
        assertThat(images.leftOut()).containsExactly(".a.jpg", "jpg", "notes.txt");
        assertThat(images.image(3).stem()).isEqualTo("test_9");
        assertThat(images.image(4).name()).isEqualTo("a.jpg");
        assertThat(images.image(5_000_000_001L).name()).isEqualTo("b.PNG");
    }

    @Test
    void folderWithoutImages_shouldBeAnErrorOfOneLine() throws IOException {
        assertThatThrownBy(() -> ImageFolder.read(folder))
                .isInstanceOf(LoadException.class)
                .hasMessageStartingWith("there is no image in " + folder + "; images end in .jpg");

        Path file = Files.writeString(folder.resolve("notes.txt"), "");

        assertThatThrownBy(() -> ImageFolder.read(folder)).hasMessageContaining("only 1 other files");
        assertThatThrownBy(() -> ImageFolder.read(file)).hasMessageContaining("is not a folder; check --image-folder");
        assertThatThrownBy(() -> ImageFolder.read(folder.resolve("none"))).hasMessageContaining("no such folder");
    }
}
