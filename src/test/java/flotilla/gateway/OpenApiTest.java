package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.gateway.OpenApi.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description of the interface is valid, and one that people can work with. */
class OpenApiTest {
    private static final OpenApi API = OpenApi.served();
    private static final Pattern IN_BRACES = Pattern.compile("\\{([^}]+)}");

    static Stream<Operation> operations() {
        return API.operations().stream();
    }

    @Test
    void description_shouldBeValidByTheOfficialSchema() {
        assertThat(API.againstTheOfficialSchema()).isEmpty();
    }

    static Stream<Consumer<ObjectNode>> mistakes() {
        return Stream.of(
                document -> document.remove("info"),
                document -> document.put("openapi", "2.0"),
                document -> document.put("paths", 1),
                document -> ((ObjectNode) document.at("/paths/~1v1~1fleet/get")).putArray("responses"),
                document -> ((ObjectNode) document.at("/paths/~1v1~1fleet/get/responses/200")).remove("description"),
                document -> ((ObjectNode) document.at("/paths/~1v1~1fleet/get")).put("surprise", true),
                document -> ((ObjectNode) document.at("/paths/~1v1~1classifications~1{id}/get/parameters/0"))
                        .put("in", "body"));
    }

    /** A validator that finds nothing wrong with anything would prove nothing. */
    @ParameterizedTest
    @MethodSource("mistakes")
    void brokenDescription_shouldNotBeValid(Consumer<ObjectNode> mistake) {
        ObjectNode broken = API.document().deepCopy();
        mistake.accept(broken);

        assertThat(new OpenApi(broken).againstTheOfficialSchema()).isNotEmpty();
    }

    @Test
    void schemas_shouldBeSchemas() {
        List<JsonNode> schemas = new ArrayList<>(API.document().findValues("schema"));
        API.document().at("/components/schemas").forEach(schemas::add);

        assertThat(schemas).hasSizeGreaterThan(50);
        assertThat(schemas.stream().flatMap(schema -> API.asSchema(schema).stream()))
                .isEmpty();
    }

    @Test
    void references_shouldLeadSomewhereAndNothingBeLeftOver() {
        assertThat(API.dangling()).isEmpty();
        Set<String> used = new HashSet<>(API.document().findValuesAsText("$ref"));
        API.document()
                .at("/components/schemas")
                .fieldNames()
                .forEachRemaining(name -> assertThat(used).contains("#/components/schemas/" + name));
    }

    @Test
    void operations_shouldHaveNamesOfTheirOwn() {
        assertThat(operations().map(one -> one.node().path("operationId").asText()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z][A-Za-z]+"));
    }

    @Test
    void server_shouldBeTheOneThatIsAsked() {
        assertThat(API.document().at("/servers").findValuesAsText("url")).containsExactly("/");
    }

    @ParameterizedTest
    @MethodSource("operations")
    void operation_shouldSayWhatItDoesAndAnswers(Operation operation) {
        JsonNode node = operation.node();
        assertThat(node.path("summary").asText()).isNotBlank();
        Set<String> tags = new TreeSet<>(API.document().at("/tags").findValuesAsText("name"));
        assertThat(node.path("tags")).hasSize(1).allMatch(tag -> tags.contains(tag.asText()));
        assertThat(node.path("responses").properties()).isNotEmpty().allSatisfy(response -> {
            assertThat(response.getValue().path("description").asText()).isNotBlank();
            if (response.getKey().charAt(0) >= '4') {
                assertThat(response.getValue().path("content").fieldNames())
                        .toIterable()
                        .containsExactly("application/problem+json");
            }
            if (response.getKey().matches("429|503")) {
                assertThat(response.getValue().path("headers").has("Retry-After"))
                        .isTrue();
            }
            response.getValue()
                    .path("headers")
                    .forEach(header ->
                            assertThat(header.path("description").asText()).isNotBlank());
        });
    }

    @ParameterizedTest
    @MethodSource("operations")
    void parameters_shouldBeDescribedAndThoseOfThePathDeclared(Operation operation) {
        Set<String> inPath = new TreeSet<>();
        operation.node().path("parameters").forEach(parameter -> {
            assertThat(parameter.path("description").asText()).isNotBlank();
            assertThat(parameter.path("schema").isObject()).isTrue();
            if (parameter.path("in").asText().equals("path")) {
                inPath.add(parameter.path("name").asText());
                assertThat(parameter.path("required").asBoolean()).isTrue();
            }
        });
        Matcher template = IN_BRACES.matcher(operation.path());
        Set<String> inTemplate = new TreeSet<>();
        while (template.find()) {
            inTemplate.add(template.group(1));
        }
        assertThat(inPath).isEqualTo(inTemplate);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void operationThatAsksForAKey_shouldSayHowItRefuses(Operation operation) {
        boolean open = operation.node().path("security").isArray()
                && operation.node().path("security").isEmpty();

        Stream.of("401", "403", "429")
                .forEach(status -> assertThat(operation.node().path("responses").has(status))
                        .as(status)
                        .isEqualTo(!open));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void examples_shouldFitTheirSchemas(Operation operation) {
        operation.node().path("parameters").forEach(parameter -> {
            if (parameter.has("example")) {
                assertThat(API.against(
                                operation.pointer() + "/parameters/" + index(operation, parameter) + "/schema",
                                parameter.path("example")))
                        .isEmpty();
            }
        });
        examplesOf(operation, operation.pointer() + "/requestBody");
        operation
                .node()
                .path("responses")
                .fieldNames()
                .forEachRemaining(status -> examplesOf(operation, operation.pointer() + "/responses/" + status));
    }

    @Test
    void valueThatDoesNotFit_shouldBeNoticedThroughReferences() {
        String schema = "/paths/~1v1~1classifications~1{id}/get/responses/200/content/application~1json/schema";

        assertThat(API.against(schema, OpenApi.parse("{\"id\":\"x\",\"file\":\"a.png\",\"status\":\"done\"}")))
                .isEmpty();
        assertThat(API.against(schema, OpenApi.parse("{\"id\":\"x\",\"file\":\"a.png\",\"status\":\"lost\"}")))
                .isNotEmpty();
        assertThat(API.against(schema, OpenApi.parse("{\"id\":7,\"status\":\"done\"}")))
                .hasSize(2);
    }

    private static void examplesOf(Operation operation, String pointer) {
        API.document().at(pointer).path("content").properties().forEach(content -> {
            if (content.getValue().has("example")) {
                String schema = pointer + "/content/" + OpenApi.escaped(content.getKey()) + "/schema";
                assertThat(API.against(schema, content.getValue().path("example")))
                        .as(operation + " " + content.getKey())
                        .isEmpty();
            }
        });
    }

    private static int index(Operation operation, JsonNode parameter) {
        List<JsonNode> all = new ArrayList<>();
        operation.node().path("parameters").forEach(all::add);
        return all.indexOf(parameter);
    }

    @Test
    void answersThatAProgramReads_shouldHaveAnExample() {
        List<String> without = new ArrayList<>();
        operations()
                .forEach(operation -> operation.node().path("responses").properties().stream()
                        .filter(response -> response.getKey().equals("200"))
                        .flatMap(response -> response.getValue().path("content").properties().stream())
                        .filter(content -> content.getKey().equals("application/json"))
                        .filter(content -> !content.getValue().has("example"))
                        .forEach(content -> without.add(operation.toString())));

        assertThat(without).isEmpty();
    }
}
