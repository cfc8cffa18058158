package flotilla.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is in the queues, in a file of one JSON line for each change, and in memory. A change is with the operating system
 * when the method returns: it survives the death of this process (not of the machine: nothing is flushed to disk). The file
 * is rewritten without its past at each start, and whenever it holds many more changes than messages.
 *
 * <p>Not safe for several threads; {@link QueueJournalActor} owns it.
 */
final class QueueJournal implements AutoCloseable {
    /** Changes in the file before a rewrite is considered. */
    private static final int LONG = 100_000;
    /** Changes for each live message that make a rewrite worth while. */
    private static final int WASTEFUL = 10;

    /**
     * One queue.
     *
     * @param settings as {@link QueueJournalActor} wrote them
     * @param messages by id, in order of arrival; changed by the journal as messages come and go
     */
    record Queue(ObjectNode settings, Map<String, ObjectNode> messages) {}

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path file;
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private OutputStream out;
    private int changes;

    private QueueJournal(Path file) {
        this.file = file;
    }

    /**
     * Reads what is there. A last line that was cut off when the process died is left out: its change was never
     * acknowledged.
     */
    static QueueJournal open(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        QueueJournal journal = new QueueJournal(file);
        if (Files.exists(file)) {
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    journal.replay(line);
                }
            }
        }
        journal.rewrite();
        return journal;
    }

    /** All queues, by name. */
    Map<String, Queue> queues() {
        return queues;
    }

    void putQueue(String queue, ObjectNode settings) {
        record("queue", queue, "", settings);
    }

    void dropQueue(String queue) {
        record("drop", queue, "", mapper.createObjectNode());
    }

    void put(String queue, String id, ObjectNode message) {
        record("put", queue, id, message);
    }

    /** Changes fields of a message; one that is gone stays gone. */
    void update(String queue, String id, ObjectNode fields) {
        if (queues.containsKey(queue) && queues.get(queue).messages().containsKey(id)) {
            record("update", queue, id, fields);
        }
    }

    void remove(String queue, String id) {
        record("remove", queue, id, mapper.createObjectNode());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void record(String change, String queue, String id, ObjectNode body) {
        apply(change, queue, id, body);
        try {
            out.write(line(change, queue, id, body));
            changes++;
            if (changes > LONG && changes > WASTEFUL * liveMessages()) {
                out.close();
                rewrite();
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }

    private void replay(String line) {
        try {
            JsonNode json = mapper.readTree(line);
            apply(
                    json.get("change").asText(),
                    json.get("queue").asText(),
                    json.get("id").asText(),
                    (ObjectNode) json.get("body"));
        } catch (JsonProcessingException cutOff) {
            // Never acknowledged, see open.
        }
    }

    private void apply(String change, String queue, String id, ObjectNode body) {
        Queue known = queues.get(queue);
        switch (change) {
            case "queue" ->
                queues.put(queue, new Queue(body, known == null ? new LinkedHashMap<>() : known.messages()));
            case "drop" -> queues.remove(queue);
            case "put" ->
                queues.computeIfAbsent(queue, name -> new Queue(mapper.createObjectNode(), new LinkedHashMap<>()))
                        .messages()
                        .put(id, body);
            case "update" -> {
                if (known != null && known.messages().containsKey(id)) {
                    known.messages().get(id).setAll(body);
                }
            }
            case "remove" -> {
                if (known != null) {
                    known.messages().remove(id);
                }
            }
            default -> throw new IllegalStateException("unknown change \"" + change + "\" in " + file);
        }
    }

    private void rewrite() throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (OutputStream whole = Files.newOutputStream(part)) {
            for (Map.Entry<String, Queue> queue : queues.entrySet()) {
                whole.write(line("queue", queue.getKey(), "", queue.getValue().settings()));
                for (Map.Entry<String, ObjectNode> message :
                        queue.getValue().messages().entrySet()) {
                    whole.write(line("put", queue.getKey(), message.getKey(), message.getValue()));
                }
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        out = Files.newOutputStream(file, StandardOpenOption.APPEND);
        changes = liveMessages();
    }

    private int liveMessages() {
        return queues.values().stream()
                .mapToInt(queue -> queue.messages().size())
                .sum();
    }

    private byte[] line(String change, String queue, String id, ObjectNode body) throws JsonProcessingException {
        ObjectNode json = mapper.createObjectNode();
        json.put("change", change).put("queue", queue).put("id", id).set("body", body);
        return (mapper.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
