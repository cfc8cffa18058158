package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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

    @Test
    void longSegment_shouldBeCutBetweenCharactersAndKeepItsExtension() {
        assertThat(S3Keys.safe("id/" + "画".repeat(255) + ".jpeg")).isEqualTo("id/" + "画".repeat(65) + ".jpeg");
        assertThat(S3Keys.safe("🚢".repeat(127))).isEqualTo("🚢".repeat(50));
        assertThat(S3Keys.safe("a" + "(".repeat(250))).isEqualTo("a" + "%28".repeat(66));
        assertThat(S3Keys.safe("b".repeat(200))).isEqualTo("b".repeat(200));
        assertThat(S3Keys.safe("b".repeat(100) + "." + "c".repeat(150)))
                .isEqualTo("b".repeat(100) + "." + "c".repeat(99));
    }

    @ParameterizedTest
    @CsvSource({
        "01a205f0-4de1-7ee5-8467-340da8ad4ddf, true, false",
        "01a205f0-4de1-7ee5-8467-340da8ad4ddf/a.png, true, false",
        "01a205f0-4de1-7ee5-8467-340da8ad4ddf.json, true, false",
        "01a205f0-4de1-7ee5-8467-340da8ad4ddf.17.json, true, false",
        "01a205f0-4de1-7ee5-8467-340da8ad4ddf.json.jpg, false, false",
        "01a205f0-4de1-7ee5-8467-340da8ad4dd.json, false, false",
        "callbacks/open/x.json, false, true",
        "registry, false, true",
        "registry.jpg, false, false",
        "my/registry, false, false"
    })
    void ownNames_shouldBeToldFromOthers(String name, boolean ofRequest, boolean inFolder) {
        assertThat(OwnNames.isOfRequest(name)).isEqualTo(ofRequest);
        assertThat(OwnNames.isInFolder(name)).isEqualTo(inFolder);
    }
}
