package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketsTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String OTHER_ID = "01890a5d-ac96-774b-bcce-b302099a8058";

    @TempDir
    private Path folder;

    @Test
    void imagesThatAreNotKeptAsTheyWereSent_shouldBeFound() throws IOException {
        Story story = new Story(new DrillImage("a.png", "bytes".getBytes(StandardCharsets.US_ASCII), "cat"));
        story.accepted(ID);
        CloudFolder cloud = new CloudFolder(folder);
        String bucket = "s3/flotilla-input/";

        assertThat(Buckets.spoilt(folder, List.of(story)))
                .containsExactly("wrong: a.png was accepted as " + ID + " and is not kept under that id");
        cloud.write(bucket + ID + "/a.png", "bites");
        assertThat(Buckets.spoilt(folder, List.of(story)))
                .containsExactly("wrong: a.png is kept as " + ID + " with other bytes than were sent");
        cloud.write(bucket + ID + "/a.png", "bytes");
        assertThat(Buckets.spoilt(folder, List.of(story))).isEmpty();
    }

    @Test
    void results_shouldBeKnownByTheirNamesWithAllGenerations() throws IOException {
        CloudFolder cloud = new CloudFolder(folder);
        String bucket = "s3/flotilla-output/";
        cloud.write(bucket + ID + ".json", "{\"id\":\"" + ID + "\",\"error\":{\"code\":\"quarantined\"}}");
        cloud.write(
                bucket + ID + ".2.json",
                "{\"id\":\"" + OTHER_ID
                        + "\",\"file\":\"a.png\",\"label\":\"cat\",\"journey\":{\"work\":{\"delivery\":3}}}");
        cloud.write(bucket + "attempts/" + ID + "/i-1-7.json", "{}");
        cloud.write(bucket + "other.json", "{}");

        assertThat(Buckets.results(folder))
                .extracting(Stored::id, Stored::generation, Stored::answer, Stored::delivery)
                .containsExactlyInAnyOrder(
                        tuple(ID, 1, new Answer(ID, "", "", "quarantined"), 0),
                        tuple(ID, 2, new Answer(OTHER_ID, "a.png", "cat", ""), 3));
    }
}
