package flotilla.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {
    @ParameterizedTest
    @CsvSource({
        "test_000.jpg, test_000.jpg, test_000",
        "C:\\Photos\\cat.JPEG, cat.JPEG, cat",
        "photos/2026/dog.png, dog.png, dog",
        "archive.tar.gz, archive.tar.gz, archive.tar",
        "noextension, noextension, noextension",
        ".hidden, .hidden, .hidden",
        "größe 1.jpg, größe 1.jpg, größe 1",
        "\uD83D\uDE00.jpg, \uD83D\uDE00.jpg, \uD83D\uDE00",
        "a\uFDD0.jpg, a\uFDD0.jpg, a\uFDD0"
    })
    void nameOfAClient_shouldBeItsLastSegment(String raw, String name, String stem) {
        FileName file = FileName.of(raw).orElseThrow();

        assertThat(file.value()).isEqualTo(name);
        assertThat(file.stem()).isEqualTo(stem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "..",
                "../x.jpg",
                "a/../b.jpg",
                "..\\x.jpg",
                "x/..",
                "a\nb.jpg",
                "nul\0.jpg",
                "dir/",
                "a\uFFFE.jpg",
                "a\uFFFF.jpg",
                "a\uD800.jpg",
                "\uDE00a.jpg"
            })
    void unsafeName_shouldBeRefused(String raw) {
        assertThat(FileName.of(raw)).isEmpty();
    }

    @Property
    void anyText_shouldBeRefusedOrBecomeASafeKey(@ForAll String raw) {
        FileName.of(raw).ifPresent(file -> {
            assertThat(file.value())
                    .doesNotContain("/", "\\")
                    .isNotIn(".", "..")
                    .isNotBlank();
            assertThat(new FileName(file.value())).isEqualTo(file);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "..", "", "a\\b"})
    void constructor_shouldTakeNoUnsafeName(String value) {
        assertThatThrownBy(() -> new FileName(value)).isInstanceOf(IllegalArgumentException.class);
    }
}
