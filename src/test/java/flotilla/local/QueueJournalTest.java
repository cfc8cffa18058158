package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueJournalTest {
    @TempDir
    private Path directory;

    @Test
    void changes_shouldBeReadBackWithoutClosing() throws IOException {
        QueueJournal journal = open();
        journal.putQueue("q", body("timeout", 30));
        journal.put("q", "1", body("count", 0));
        journal.put("q", "2", body("count", 0));
        journal.update("q", "1", body("count", 5));
        journal.remove("q", "2");
        journal.update("q", "2", body("count", 7));
        journal.putQueue("q", body("timeout", 60));
        journal.putQueue("gone", body("timeout", 30));
        journal.dropQueue("gone");

        try (QueueJournal again = open()) {
            assertThat(again.queues()).containsOnlyKeys("q");
            assertThat(again.queues().get("q").settings()).isEqualTo(body("timeout", 60));
            assertThat(again.queues().get("q").messages()).isEqualTo(java.util.Map.of("1", body("count", 5)));
        }
        journal.close();
    }

    @Test
    void lineThatWasCutOff_shouldBeLeftOut() throws IOException {
        try (QueueJournal journal = open()) {
            journal.put("q", "1", body("count", 1));
        }
        Files.writeString(file(), "{\"change\":\"put\",\"queue\":\"q\",\"id\":\"2\",\"bo", StandardOpenOption.APPEND);

        try (QueueJournal journal = open()) {
            assertThat(journal.queues().get("q").messages()).containsOnlyKeys("1");
            journal.put("q", "3", body("count", 1));
        }
        try (QueueJournal journal = open()) {
            assertThat(journal.queues().get("q").messages()).containsOnlyKeys("1", "3");
        }
    }

    @Test
    void longPast_shouldBeForgottenInTheFile() throws IOException {
        try (QueueJournal journal = open()) {
            journal.put("q", "stays", body("count", 1));
            for (int i = 0; i < 60_000; i++) {
                journal.put("q", "m" + i, body("count", 1));
                journal.remove("q", "m" + i);
            }
            try (var lines = Files.lines(file())) {
                assertThat(lines.count()).isLessThan(100_000);
            }
        }
        try (QueueJournal journal = open()) {
            assertThat(journal.queues().get("q").messages()).containsOnlyKeys("stays");
        }
    }

    private QueueJournal open() throws IOException {
        return QueueJournal.open(file());
    }

    private Path file() {
        return directory.resolve("journal.jsonl");
    }

    private static ObjectNode body(String name, int value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }
}
