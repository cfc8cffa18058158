package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3KeysTest {
    @ParameterizedTest
    @CsvSource({
        "id/plain-1_a.jpg, id/plain-1_a.jpg",
        "id/photo (1).jpg, id/photo %281%29.jpg",
        "100%.jpg, 100%25.jpg",
        "a+b #?~.jpg, a+b #?~.jpg",
        "画像@2x.png, 画像%402x.png"
    })
    void name_shouldKeepAllButWhatIsSignedDifferently(String name, String key) {
        assertThat(S3Keys.safe(name)).isEqualTo(key);
    }
}
