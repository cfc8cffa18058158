package flotilla.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where standard clients find the embedded cloud.
 *
 * @param sqs, s3, ec2 base URLs without a trailing slash
 */
public record CloudEndpoints(URI sqs, URI s3, URI ec2) {
    /** The file's name in the data directory. */
    public static final String FILE_NAME = "endpoints.json";

    /**
     * Writes {@code <dataDirectory>/endpoints.json}; a reader sees either no file or the whole of it.
     *
     * @throws IOException when the directory cannot be written
     */
    void writeTo(Path dataDirectory) throws IOException {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("sqs", sqs.toString());
        json.put("s3", s3.toString());
        json.put("ec2", ec2.toString());
        Path part = dataDirectory.resolve(FILE_NAME + ".part");
        Files.writeString(part, new ObjectMapper().writeValueAsString(json) + "\n");
        Files.move(
                part,
                dataDirectory.resolve(FILE_NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
