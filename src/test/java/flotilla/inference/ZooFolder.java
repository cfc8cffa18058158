package flotilla.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** A model in the layout of DJL's zoo, with artifacts that all have one of the tiny networks. */
final class ZooFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path NETWORK = Path.of("src/test/resources/models/means/model.pt");

    private final String path;
    private final Path model;
    private final ObjectNode metadata;

    /**
     * @param folder of the zoo; other models may be in it
     */
    ZooFolder(Path folder, String group, String artifact) throws IOException {
        path = "model/cv/image_classification/" + group.replace('.', '/') + "/" + artifact + "/";
        model = Files.createDirectories(folder.resolve(path));
        metadata = JSON.createObjectNode()
                .put("metadataVersion", "0.2")
                .put("resourceType", "model")
                .put("application", "cv/image_classification")
                .put("groupId", group)
                .put("artifactId", artifact)
                .put("name", artifact)
                .put("description", "for tests");
        metadata.putObject("licenses");
        metadata.putArray("artifacts");
    }

    /** Adds an artifact: its network is compressed, as the zoo has it. */
    ZooFolder with(String version, String name, String labels, Map<String, Object> arguments) throws IOException {
        Path folder = Files.createDirectories(model.resolve(version));
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(Files.readAllBytes(NETWORK));
        }
        ObjectNode artifact = ((ArrayNode) metadata.get("artifacts"))
                .addObject()
                .put("version", version)
                .put("snapshot", false)
                .put("name", name);
        artifact.set("arguments", JSON.valueToTree(arguments));
        ObjectNode files = artifact.putObject("files");
        files.set("model", file(folder.resolve(name + ".pt.gz"), compressed.toByteArray(), name + ".pt"));
        files.set(
                "synset",
                file(folder.resolve(name + "-synset.txt"), labels.getBytes(StandardCharsets.UTF_8), "synset.txt"));
        Files.writeString(model.resolve("metadata.json"), metadata.toPrettyString());
        return this;
    }

    private ObjectNode file(Path to, byte[] bytes, String name) throws IOException {
        Files.write(to, bytes);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(bytes);
            return JSON.createObjectNode()
                    .put("uri", model.relativize(to).toString())
                    .put("name", name)
                    .put("sha1Hash", HexFormat.of().formatHex(digest))
                    .put("size", bytes.length);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
