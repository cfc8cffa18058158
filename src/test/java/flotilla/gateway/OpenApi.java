package flotilla.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The description of the interface, and what can be held against it with an independent validator. */
final class OpenApi {
    static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ID = "https://flotilla.invalid/openapi.json";
    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";

    private final JsonNode document;
    private final SchemaRegistry registry;

    /** An operation of the description. */
    record Operation(String method, String path, JsonNode node) {
        String pointer() {
            return "/paths/" + escaped(path) + "/" + method;
        }

        @Override
        public String toString() {
            return method.toUpperCase(java.util.Locale.ROOT) + " " + path;
        }
    }

    OpenApi(JsonNode document) {
        this.document = document;
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, document.toString())));
    }

    /** The description as it is served. */
    static OpenApi served() {
        return new OpenApi(read("web/openapi.json"));
    }

    static JsonNode read(String resource) {
        try (InputStream in = OpenApi.class.getClassLoader().getResourceAsStream(resource)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode document() {
        return document;
    }

    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(one -> METHODS.contains(one.getKey()))
                        .forEach(one -> all.add(new Operation(one.getKey(), path.getKey(), one.getValue()))));
        return all;
    }

    Operation operation(String method, String path) {
        return operations().stream()
                .filter(one ->
                        one.method().equalsIgnoreCase(method) && one.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not described: " + method + " " + path));
    }

    /** What the official schema finds wrong with the document; nothing when it is valid. */
    List<String> againstTheOfficialSchema() {
        Schema official = registry.getSchema(read("openapi/oas-3.1-schema.json").toString());
        return texts(official.validate(document));
    }

    /** What is wrong with a JSON Schema in the document. */
    List<String> asSchema(JsonNode schema) {
        return texts(registry.getSchema(SchemaLocation.of(DRAFT)).validate(schema));
    }

    /** What is wrong with a value by the schema that stands at a place of the document. */
    List<String> against(String pointer, JsonNode value) {
        return texts(registry.getSchema(SchemaLocation.of(ID + "#" + encoded(pointer)))
                .validate(value));
    }

    /** What of a real answer differs from what is described; {@code what} names the answer in the messages. */
    List<String> differences(Operation operation, HttpResponse<String> answer) {
        List<String> found = new ArrayList<>();
        String what = operation + " " + answer.statusCode();
        JsonNode described = operation.node().path("responses").path(Integer.toString(answer.statusCode()));
        if (described.isMissingNode()) {
            return List.of(what + " is not described: " + answer.body());
        }
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll("\\s*;.*", "");
        described.path("headers").fieldNames().forEachRemaining(name -> {
            // A list has no address of its own, a stream no version.
            boolean optional = name.equals("Preference-Applied")
                    || name.equals("Location") && answer.body().startsWith("[")
                    || name.equals("ETag") && type.equals("text/event-stream");
            if (!optional && answer.headers().firstValue(name).isEmpty()) {
                found.add(what + " lacks the header " + name);
            }
        });
        JsonNode content = described.path("content");
        if (content.isEmpty()) {
            if (!answer.body().isEmpty()) {
                found.add(what + " has a body that is not described: " + answer.body());
            }
        } else if (!content.has(type)) {
            found.add(what + " is of the type " + type + ", which is not described");
        } else if (type.endsWith("json")) {
            String pointer = operation.pointer() + "/responses/" + answer.statusCode() + "/content/" + escaped(type);
            against(pointer + "/schema", parse(answer.body())).forEach(wrong -> found.add(what + ": " + wrong));
        }
        return found;
    }

    /** Every {@code $ref} of the document that leads nowhere. */
    Set<String> dangling() {
        Set<String> found = new TreeSet<>();
        document.findValuesAsText("$ref").stream()
                .filter(ref ->
                        !ref.startsWith("#/") || document.at(ref.substring(1)).isMissingNode())
                .forEach(found::add);
        return found;
    }

    static String escaped(String segment) {
        return segment.replace("~", "~0").replace("/", "~1");
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    private static String encoded(String pointer) {
        return java.net.URLEncoder.encode(pointer, StandardCharsets.UTF_8)
                .replace("%2F", "/")
                .replace("%7E", "~");
    }

    private static List<String> texts(List<Error> errors) {
        return errors.stream().map(Error::toString).toList();
    }
}
