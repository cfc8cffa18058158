package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.InferenceEngine;
import flotilla.config.ModelLocation;
import flotilla.config.SettingsException;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {
    private static final ModelLocation.InS3 LOCATION = new ModelLocation.InS3("models", "cats/v1");

    @TempDir
    private Path folder;

    private final MemoryStore store = new MemoryStore();

    @Test
    void formsOfTheNetwork_shouldBeCopiedWithIt() {
        store.files.put("model.bf16.pt", "short network");
        store.files.put("notes.txt", "nothing of a model");

        Path copy = fetch();

        assertThat(copy.resolve("model.bf16.pt")).hasContent("short network");
        assertThat(copy.resolve("notes.txt")).doesNotExist();
    }

    @Test
    void eachEngine_shouldHaveACopyOfWhatItReads() {
        store.files.put("model.onnx", "other network");
        store.files.put("model.fp32.pt", "fast network");

        Path pytorch = fetch();
        Path onnx = fetch(InferenceEngine.ONNXRUNTIME);

        assertThat(pytorch.resolve("model.fp32.pt")).hasContent("fast network");
        assertThat(pytorch.resolve("model.onnx")).doesNotExist();
        assertThat(onnx.resolve("model.onnx")).hasContent("other network");
        assertThat(onnx.resolve("model.pt")).doesNotExist();
        assertThat(onnx.resolve("model.fp32.pt")).doesNotExist();
        assertThat(onnx.resolve("labels.txt")).hasContent("labels");
    }

    @Test
    void folderWithoutTheEnginesNetwork_shouldBeNamed() {
        assertThatThrownBy(() -> fetch(InferenceEngine.ONNXRUNTIME))
                .hasCauseInstanceOf(SettingsException.class)
                .hasMessageContainingAll(
                        "s3://models/cats/v1 is no model folder",
                        "lacks model.onnx",
                        "make it with models/optimize.py --onnx")
                .hasMessageMatching("[^\\n]*");
    }

    @Test
    void model_shouldBeDownloadedOnce() {
        Path first = fetch();

        assertThat(first.resolve("model.conf")).hasContent("conf");
        assertThat(first.resolve("labels.txt")).hasContent("labels");
        assertThat(first.resolve("model.pt")).hasContent("network");
        assertThat(fetch()).isEqualTo(first);
        assertThat(store.downloads).hasSize(3);
        assertThat(children()).containsExactly(first);
    }

    @Test
    void replacedFile_shouldGiveACopyOfItsOwn() {
        Path first = fetch();
        store.files.put("model.pt", "better network");

        Path second = fetch();

        assertThat(second).isNotEqualTo(first);
        assertThat(second.resolve("model.pt")).hasContent("better network");
        assertThat(first.resolve("model.pt")).hasContent("network");
    }

    @Test
    void otherFiles_shouldStayWhereTheyAre() {
        store.files.put("training.log", "long");

        assertThat(fetch().resolve("training.log")).doesNotExist();
    }

    @Test
    void missingFile_shouldBeNamed() {
        store.files.remove("labels.txt");

        assertThatThrownBy(this::fetch)
                .hasCauseInstanceOf(SettingsException.class)
                .hasMessageContainingAll("s3://models/cats/v1 is no model folder", "lacks labels.txt")
                .hasMessageMatching("[^\\n]*");
    }

    @Test
    void nothing_shouldBeSaidWithTheKey() {
        store.files.clear();

        assertThatThrownBy(this::fetch)
                .hasCauseInstanceOf(SettingsException.class)
                .hasMessageContainingAll("there is no model folder s3://models/cats/v1", "flotilla.model.path");
    }

    @Test
    void fileThatIsReplacedMeanwhile_shouldFailAndLeaveNothing() {
        store.replaced = "model.pt";

        assertThatThrownBy(this::fetch)
                .hasCauseInstanceOf(InfrastructureException.class)
                .hasMessageContainingAll("s3://models/cats/v1/model.pt", "start again");
        assertThat(children()).isEmpty();
    }

    @Test
    void copyThatAnotherProcessMadeMeanwhile_shouldBeTaken() throws IOException {
        Path first = fetch();
        Path aside = Files.move(first, folder.resolve("aside"));
        store.beforeLast = () -> rename(aside, first);

        assertThat(fetch()).isEqualTo(first);
        assertThat(children()).containsExactly(first);
        assertThat(store.downloads).hasSize(6);
    }

    @Test
    void manyAtTheSameTime_shouldAgreeOnOneCopy() {
        List<CompletableFuture<Path>> fetches = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            fetches.add(CompletableFuture.supplyAsync(this::fetch));
        }
        Path first = fetches.get(0).join();

        assertThat(fetches).allSatisfy(fetch -> assertThat(fetch.join()).isEqualTo(first));
        assertThat(children()).containsExactly(first);
    }

    @Test
    void whatAKilledProcessLeft_shouldBeDeletedAfterAWhile() throws IOException {
        Path old = Files.createDirectory(folder.resolve("unfinished-1"));
        Path recent = Files.createDirectory(folder.resolve("unfinished-2"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(1))));

        fetch();

        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void folderThatCannotBeWritten_shouldBeNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> new ModelCache(file, store, InferenceEngine.PYTORCH)
                        .fetch(LOCATION)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(InfrastructureException.class)
                .hasMessageContainingAll(file.toString(), "DJL_CACHE_DIR");
    }

    private Path fetch() {
        return fetch(InferenceEngine.PYTORCH);
    }

    private Path fetch(InferenceEngine engine) {
        return new ModelCache(folder, store, engine)
                .fetch(LOCATION)
                .toCompletableFuture()
                .join();
    }

    private List<Path> children() {
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void rename(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One folder; a file's version is its content. */
    private static final class MemoryStore implements ModelStore {
        private final Map<String, String> files =
                new ConcurrentHashMap<>(Map.of("model.conf", "conf", "labels.txt", "labels", "model.pt", "network"));
        private final List<String> downloads = new CopyOnWriteArrayList<>();
        private String replaced = "";
        private Runnable beforeLast = () -> {};

        @Override
        public CompletionStage<List<StoredFile>> list(String bucket, String prefix) {
            assertThat(bucket + "/" + prefix).isEqualTo("models/cats/v1");
            return CompletableFuture.completedStage(files.entrySet().stream()
                    .map(file -> new StoredFile(file.getKey(), file.getValue()))
                    .toList());
        }

        @Override
        public CompletionStage<Boolean> download(String bucket, String prefix, StoredFile file, Path to) {
            downloads.add(file.name());
            if (file.name().equals("model.pt")) {
                beforeLast.run();
            }
            if (file.name().equals(replaced)) {
                return CompletableFuture.completedStage(false);
            }
            try {
                Files.writeString(to, file.version());
            } catch (IOException e) {
                return CompletableFuture.failedStage(e);
            }
            return CompletableFuture.completedStage(true);
        }
    }
}
