package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ModelStore.StoredFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ModelStoreTest extends S3Fixture {

    @TempDir
    private Path folder;

    @Test
    void folder_shouldBeListedWithoutWhatIsBelowAndBeside() {
        put("list/v1/model.pt", "network");
        put("list/v1/labels.txt", "labels");
        put("list/v1/logs/day1.txt", "log");
        put("list/v10/model.pt", "other network");

        assertThat(list("input", "list/v1"))
                .extracting(StoredFile::name)
                .containsExactlyInAnyOrder("model.pt", "labels.txt");
        assertThat(list("input", "list/v2")).isEmpty();
    }

    @Test
    void file_shouldBeDownloadedInTheListedVersionOnly() {
        put("get/model.pt", "network");
        StoredFile file = list("input", "get").get(0);

        assertThat(download(file, "1")).isTrue();
        assertThat(folder.resolve("1")).hasContent("network");

        put("get/model.pt", "better network");
        assertThat(download(file, "2")).isFalse();
        assertThat(list("input", "get").get(0).version()).isNotEqualTo(file.version());

        Await.result(server.objects().delete("input", "get/model.pt"));
        assertThat(download(file, "3")).isFalse();
    }

    @Test
    void missingBucket_shouldBeNamedWithTheKey() {
        assertThat(Await.failure(store(server.clients()).list("no-such-bucket", "model")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("bucket no-such-bucket does not exist; check flotilla.model.path");
    }

    @Test
    void wrongCredentials_shouldBeNamed() {
        try (AwsClients clients = AwsClients.open(server.settings("wrong"), 0)) {
            assertThat(Await.failure(store(clients).list("input", "model")))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContainingAll("S3 ListObjects of model/ in bucket input", "access denied");
        }
    }

    private static S3ModelStore store(AwsClients clients) {
        return new S3ModelStore(server.system(), clients);
    }

    private static List<StoredFile> list(String bucket, String prefix) {
        return Await.result(store(server.clients()).list(bucket, prefix));
    }

    private boolean download(StoredFile file, String to) {
        return Await.result(store(server.clients()).download("input", "get", file, folder.resolve(to)));
    }

    private static void put(String key, String text) {
        server.put("input", key, text.getBytes(StandardCharsets.UTF_8));
    }
}
